// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_frames.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <type_traits>

#include "abi/v8_process.h"
#include "runtimes/v8/v8_code.h"
#include "runtimes/v8/v8_positions.h"
#include "runtimes/v8/v8_scripts.h"

namespace culprit {
namespace {

static_assert(std::is_trivially_copyable_v<V8Layout> && std::is_trivially_copyable_v<V8RawFrame>);

constexpr std::size_t kMaxTableBytes = std::size_t{1} << 20U;
constexpr int kMaxInlined = 16;

/// Names the frames of one question.
class Namer {
 public:
  Namer(const ByteSource& memory, const V8Layout& layout)
      : layout_(layout), heap_(memory, layout_), finder_(heap_), scripts_(heap_) {}

  std::vector<V8FrameName> name(const V8RawFrame& frame) {
    const std::uint64_t shared = frame.address & CULPRIT_V8_POINTER_MASK;
    switch (frame.address >> CULPRIT_V8_KIND_SHIFT) {
      case CULPRIT_V8_INTERPRETED:
        return interpreted(shared, frame);
      case CULPRIT_V8_COMPILED:
        return compiled(shared, frame);
      default:
        return {};
    }
  }

 private:
  std::vector<V8FrameName> interpreted(V8Heap::Tagged shared, const V8RawFrame& frame) {
    const auto counts = heap_.word(shared, layout_.shared_counts);
    if (!counts || culprit_v8_check(*counts) != frame.check) {
      return {};
    }
    const auto offset =
        static_cast<std::int64_t>(frame.extra) - (std::int64_t{layout_.bytecode_data} - 1);
    return one(shared, position_in(bytecode_of(shared), offset));
  }

  std::vector<V8FrameName> compiled(V8Heap::Tagged shared, const V8RawFrame& frame) {
    const bool exact = (frame.check & CULPRIT_V8_EXACT) != 0;
    const std::uint64_t address =
        (std::uint64_t{frame.check} & 0x7FFFU) << 32U | std::uint64_t{frame.extra};
    const auto code = finder_.find(exact ? address : address - 1);
    if (!code) {
      // Not of the heap: WebAssembly, or memory that has been given back.
      return {};
    }
    if (code->kind == layout_.kind_regexp) {
      return {V8FrameName{.function = "[RegExp code]", .file = {}, .line = 0, .inlined = false}};
    }
    const auto offset = static_cast<std::uint32_t>(address - code->start);
    if (code->kind == layout_.kind_baseline) {
      return baseline(shared, *code, offset, exact);
    }
    if (code->kind >= layout_.kind_first_optimized && code->kind <= layout_.kind_last_optimized) {
      return optimized(*code, offset, exact);
    }
    return {};
  }

  /// Its bytecode is where optimised code has its deoptimization data. The function is the frame's,
  /// but not before the prologue: then the bytecodes differ.
  std::vector<V8FrameName> baseline(V8Heap::Tagged shared, const V8Code& code, std::uint32_t offset,
                                    bool exact) {
    const auto bytecode = baseline_bytecodes(shared, code);
    if (!bytecode) {
      return {};
    }
    const auto table = heap_.word(code.object, layout_.code_positions);
    const auto lengths = table ? heap_.bytes(*table, kMaxTableBytes) : std::nullopt;
    const auto bytecodes = bytecodes_of(*bytecode);
    std::optional<std::int32_t> place;
    if (lengths && bytecodes) {
      place = baseline_bytecode(*lengths, *bytecodes, layout_.bytecode_sizes, offset, !exact);
    }
    return one(shared, place ? position_in(bytecode, *place) : std::nullopt);
  }

  /// The bytecode that both the function and the code refer to; before 10 the code refers to none,
  /// but the function to the code.
  std::optional<V8Heap::Tagged> baseline_bytecodes(V8Heap::Tagged shared, const V8Code& code) {
    const auto data = heap_.word(shared, layout_.shared_data);
    if (data && is_baseline_data(*data)) {
      return heap_.word(*data, 8) == code.object ? bytecode_of(shared) : std::nullopt;
    }
    const auto own = heap_.word(code.object, layout_.code_deoptimization);
    const auto bytecode = own ? as_bytecode(*own) : std::nullopt;
    return bytecode && bytecode_of(shared) == bytecode ? bytecode : std::nullopt;
  }

  bool is_baseline_data(V8Heap::Tagged object) {
    return layout_.type_baseline_data != 0 && heap_.is(object, layout_.type_baseline_data);
  }

  std::vector<V8FrameName> optimized(const V8Code& code, std::uint32_t offset, bool exact) {
    const auto data = heap_.word(code.object, layout_.code_deoptimization);
    const auto outer = data ? heap_.element(*data, layout_.deoptimization_shared) : std::nullopt;
    if (!outer) {
      return {};
    }
    const auto shared = unwrapped(*outer);
    const auto table = heap_.word(code.object, layout_.code_positions);
    const auto bytes = table ? heap_.bytes(*table, kMaxTableBytes) : std::nullopt;
    const auto entries = bytes ? source_positions(*bytes, layout_) : std::vector<V8PositionEntry>();
    auto position = position_at(entries, offset, exact);
    // From the innermost to the outermost; reversed at the end.
    std::vector<V8FrameName> names;
    while (position && position->inlining >= 0 && names.size() < kMaxInlined) {
      const auto caller = inlining(*data, position->inlining);
      if (!caller) {
        names.clear();
        position.reset();
        break;
      }
      auto inner = one(caller->shared, position->offset);
      if (inner.empty()) {
        return one(shared, std::nullopt);
      }
      inner.front().inlined = true;
      names.push_back(std::move(inner.front()));
      position = caller->position;
    }
    auto outermost = one(shared, position ? std::optional(position->offset) : std::nullopt);
    if (outermost.empty()) {
      return {};
    }
    names.push_back(std::move(outermost.front()));
    std::ranges::reverse(names);
    return names;
  }

  /// Calls have entries of their own. Between two of one inlined call the code is believed to be of
  /// it too; else nothing is known but the function it was compiled into.
  static std::optional<V8Position> position_at(const std::vector<V8PositionEntry>& entries,
                                               std::uint32_t offset, bool exact) {
    const std::int64_t wanted = std::int64_t{offset} - (exact ? 0 : 1);
    const auto next = std::ranges::upper_bound(entries, wanted, {}, &V8PositionEntry::code_offset);
    if (next == entries.begin()) {
      return std::nullopt;
    }
    const V8Position before = std::prev(next)->position;
    if (exact && next != entries.end() && next->position.inlining != before.inlining) {
      return std::nullopt;
    }
    return before;
  }

  struct Inlining {
    V8Heap::Tagged shared = 0;           ///< the function that was inlined
    std::optional<V8Position> position;  ///< where it was called
  };
  /// V8's InliningPosition: the caller's position, the function's index in the literals, padding.
  std::optional<Inlining> inlining(V8Heap::Tagged data, std::int32_t index) {
    const auto positions = heap_.element(data, layout_.deoptimization_inlining);
    const auto literals = heap_.element(data, layout_.deoptimization_literals);
    const auto bytes = positions ? heap_.bytes(*positions, kMaxTableBytes) : std::nullopt;
    const auto place = static_cast<std::size_t>(index) * 16;
    if (!literals || !bytes || bytes->size() < place + 16) {
      return std::nullopt;
    }
    std::uint64_t packed = 0;
    std::int32_t function = 0;
    std::memcpy(&packed, bytes->data() + place, sizeof(packed));
    std::memcpy(&function, bytes->data() + place + sizeof(packed), sizeof(function));
    const auto shared = heap_.element(*literals, function);
    if (!shared) {
      return std::nullopt;
    }
    const auto position = V8Position::unpack(packed);
    if (position && position->inlining >= index) {
      return std::nullopt;  // callers are inlined first
    }
    return Inlining{.shared = unwrapped(*shared & ~std::uint64_t{2}), .position = position};
  }

  V8Heap::Tagged unwrapped(V8Heap::Tagged object) {
    if (layout_.type_shared_wrapper == 0 || !heap_.is(object, layout_.type_shared_wrapper)) {
      return object;
    }
    return heap_.word(object, 8).value_or(0);
  }

  std::optional<V8Heap::Tagged> as_bytecode(V8Heap::Tagged object) {
    if (heap_.is(object, layout_.type_interpreter_data)) {
      object = heap_.word(object, layout_.interpreter_bytecode).value_or(0);
    }
    return heap_.is(object, layout_.type_bytecode) ? std::optional(object) : std::nullopt;
  }

  /// What the function executes; a baseline function has it in its code.
  std::optional<V8Heap::Tagged> bytecode_of(V8Heap::Tagged shared) {
    auto data = heap_.word(shared, layout_.shared_data);
    if (data && is_baseline_data(*data)) {
      data = heap_.word(*data, 16);
    } else if (data && heap_.is(*data, layout_.type_code)) {
      data = heap_.word(*data, layout_.code_deoptimization);
    }
    return data ? as_bytecode(*data) : std::nullopt;
  }

  std::optional<std::vector<std::uint8_t>> bytecodes_of(V8Heap::Tagged array) {
    const auto count = heap_.length(array);
    if (!count || static_cast<std::size_t>(*count) > kMaxTableBytes) {
      return std::nullopt;
    }
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(*count));
    if (!heap_.read(array - 1 + static_cast<std::uint64_t>(layout_.bytecode_data),
                    std::as_writable_bytes(std::span(bytes)))) {
      return std::nullopt;
    }
    return bytes;
  }

  std::optional<std::int32_t> position_in(std::optional<V8Heap::Tagged> bytecode,
                                          std::int64_t offset) {
    if (!bytecode) {
      return std::nullopt;
    }
    const auto length = heap_.length(*bytecode);
    const auto table = heap_.word(*bytecode, layout_.bytecode_positions);
    if (!length || offset < 0 || offset >= *length || !table) {
      return std::nullopt;
    }
    const auto bytes = heap_.bytes(*table, kMaxTableBytes);
    if (!bytes) {
      return std::nullopt;
    }
    std::optional<std::int32_t> found;
    for (const V8PositionEntry& entry : source_positions(*bytes, layout_)) {
      if (entry.code_offset > offset) {
        break;
      }
      found = entry.position.offset;
    }
    return found;
  }

  std::vector<V8FrameName> one(V8Heap::Tagged shared, std::optional<std::int32_t> offset) {
    const auto function = scripts_.function(shared);
    if (!function) {
      return {};
    }
    return {V8FrameName{
        .function = function->name,
        .file = scripts_.file(function->script),
        .line = scripts_.line(function->script, offset ? *offset : function->start.value_or(-1)),
        .inlined = false}};
  }

  V8Layout layout_;
  V8Heap heap_;
  V8CodeFinder finder_;
  V8Scripts scripts_;
};

void append(std::vector<std::byte>& bytes, const void* data, std::size_t size) {
  const auto* from = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), from, from + size);
}

void append(std::vector<std::byte>& bytes, const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  append(bytes, &size, sizeof(size));
  append(bytes, text.data(), text.size());
}

/// Reads what append() wrote; a read beyond the end makes it invalid.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename Value>
  Value take() {
    Value value{};
    if (bytes_.size() < sizeof(value)) {
      valid_ = false;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(value));
    bytes_ = bytes_.subspan(sizeof(value));
    return value;
  }
  std::string text() {
    const auto size = take<std::uint32_t>();
    if (size > bytes_.size()) {
      valid_ = false;
      return {};
    }
    std::string text(reinterpret_cast<const char*>(bytes_.data()), size);
    bytes_ = bytes_.subspan(size);
    return text;
  }
  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] bool at_end() const { return bytes_.empty() || !valid_; }

 private:
  std::span<const std::byte> bytes_;
  bool valid_ = true;
};

}  // namespace

std::vector<std::byte> v8_question(const V8Layout& layout, std::span<const V8RawFrame> frames) {
  std::vector<std::byte> question;
  append(question, &layout, sizeof(layout));
  append(question, frames.data(), frames.size_bytes());
  return question;
}

Result<std::vector<std::byte>> read_v8_memory(const ByteSource& memory,
                                              std::span<const std::byte> question) {
  Cursor cursor(question);
  const auto layout = cursor.take<V8Layout>();
  if (!cursor.valid() || question.size() > sizeof(layout) + kMaxV8Frames * sizeof(V8RawFrame)) {
    return Error("not a question about V8");
  }
  Namer namer(memory, layout);
  std::vector<std::byte> answer;
  while (!cursor.at_end()) {
    const auto frame = cursor.take<V8RawFrame>();
    const auto names = cursor.valid() ? namer.name(frame) : std::vector<V8FrameName>();
    const auto count = static_cast<std::uint32_t>(names.size());
    append(answer, &count, sizeof(count));
    for (const V8FrameName& name : names) {
      const std::uint32_t inlined = name.inlined ? 1 : 0;
      append(answer, &name.line, sizeof(name.line));
      append(answer, &inlined, sizeof(inlined));
      append(answer, name.function);
      append(answer, name.file);
    }
  }
  return answer;
}

Result<V8Names> v8_names_in(std::span<const std::byte> answer) {
  Cursor cursor(answer);
  V8Names frames;
  while (!cursor.at_end() && frames.size() < kMaxV8Frames) {
    auto& names = frames.emplace_back();
    const auto count = cursor.take<std::uint32_t>();
    for (std::uint32_t index = 0; index < count && cursor.valid(); ++index) {
      V8FrameName name;
      name.line = cursor.take<std::uint32_t>();
      name.inlined = cursor.take<std::uint32_t>() != 0;
      name.function = cursor.text();
      name.file = cursor.text();
      names.push_back(std::move(name));
    }
  }
  if (!cursor.valid()) {
    return Error("the answer about V8's frames is cut off");
  }
  return frames;
}

}  // namespace culprit
