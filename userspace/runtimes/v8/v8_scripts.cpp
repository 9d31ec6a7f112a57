// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_scripts.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace culprit {
namespace {

constexpr std::size_t kMaxNameBytes = 256;
constexpr std::size_t kMaxFileBytes = 480;
constexpr std::int32_t kMaxLocals = 75;  ///< beyond it they are kept elsewhere (V8 9 and later)
constexpr std::int32_t kMaxOldLocals = 4096;
constexpr std::int32_t kNameSlots = 6;
constexpr std::int32_t kMaxLines = 1 << 20U;
constexpr std::uint32_t kMaxSourceCharacters = 16U << 20U;

constexpr std::string_view kNameless = "(anonymous)";

}  // namespace

std::optional<V8Scripts::Function> V8Scripts::function(V8Heap::Tagged shared) {
  const V8Layout& layout = heap_.layout();
  if (!heap_.is(shared, layout.type_shared)) {
    return std::nullopt;
  }
  Function function;
  const auto named = heap_.word(shared, layout.shared_name);
  if (named && heap_.is_string(*named)) {
    function.name = heap_.string(*named, kMaxNameBytes).value_or("");
  } else if (named && heap_.is(*named, layout.type_scope)) {
    read_scope(*named, function);
  }
  const auto script = heap_.word(shared, layout.shared_script);
  if (script && heap_.is(*script, layout.type_script)) {
    function.script = *script;
  }
  if (function.name.empty()) {
    function.name = kNameless;
  }
  return function;
}

/// V8's objects/scope-info.tq: flags, counts, names and properties of the locals, then what there
/// is of: a class variable's place, the function's name and variable, the inferred name, positions.
void V8Scripts::read_scope(V8Heap::Tagged scope, Function& function) {
  const V8Layout& layout = heap_.layout();
  const auto slot = [&](std::int32_t index) {
    return heap_.word(scope, layout.scope_slots + std::int64_t{index} * 8);
  };
  const auto number = [&](std::int32_t index) {
    const auto word = slot(index);
    return word ? V8Heap::small_integer(*word) : std::nullopt;
  };
  const auto locals = number(layout.scope_locals);
  if (!locals || *locals < 0 || *locals > kMaxOldLocals) {
    return;
  }
  const bool elsewhere = layout.major >= 9 && *locals >= kMaxLocals;
  std::int32_t index =
      layout.scope_first_name + (elsewhere ? 1 : 0) + *locals * (elsewhere ? 1 : 2);
  bool named = false;
  std::optional<std::int32_t> position;
  for (const std::int32_t end = index + kNameSlots; index < end; ++index) {
    const auto word = slot(index);
    if (word && heap_.is_string(*word) && !named) {
      function.name = heap_.string(*word, kMaxNameBytes).value_or("");
      named = !function.name.empty();
    }
    const auto from = number(index);
    const auto to = number(index + 1);
    if (from && to && *from >= 0 && *to > *from && !position) {
      position = from;
      break;
    }
  }
  function.start = layout.scope_position >= 0 ? number(layout.scope_position) : position;
}

std::string V8Scripts::file(V8Heap::Tagged script) {
  const auto name = heap_.word(script, heap_.layout().script_name);
  std::string text = name ? heap_.string(*name, kMaxFileBytes).value_or("") : "";
  constexpr std::string_view kScheme = "file://";
  if (text.starts_with(kScheme)) {
    text.erase(0, kScheme.size());
  }
  return text;
}

std::uint32_t V8Scripts::line(V8Heap::Tagged script, std::int32_t offset) {
  if (script == 0 || offset < 0) {
    return 0;
  }
  const auto known = line_ends_.find(script);
  const auto& ends = known != line_ends_.end()
                         ? known->second
                         : line_ends_.emplace(script, line_ends(script)).first->second;
  if (ends.empty() || offset > ends.back()) {
    return 0;
  }
  const auto line = std::ranges::lower_bound(ends, offset) - ends.begin();
  const auto first = heap_.word(script, heap_.layout().script_line_offset);
  const auto before = first ? V8Heap::small_integer(*first).value_or(0) : 0;
  return static_cast<std::uint32_t>(line + 1 + std::max(before, 0));
}

std::vector<std::int32_t> V8Scripts::line_ends(V8Heap::Tagged script) {
  const V8Layout& layout = heap_.layout();
  const auto made = heap_.word(script, layout.script_line_ends);
  const auto source = heap_.word(script, layout.script_source);
  std::vector<std::int32_t> ends;
  if (made && heap_.is(*made, layout.type_fixed_array)) {
    const std::int32_t count = std::min(heap_.length(*made).value_or(0), kMaxLines);
    std::vector<std::uint64_t> words(static_cast<std::size_t>(count));
    if (heap_.read(*made - 1 + 16, std::as_writable_bytes(std::span(words)))) {
      for (const std::uint64_t word : words) {
        ends.push_back(V8Heap::small_integer(word).value_or(-1));
      }
    }
    if (!ends.empty() && ends.front() >= 0 && std::ranges::is_sorted(ends)) {
      return ends;
    }
    ends.clear();
  }
  return source ? counted_line_ends(*source) : ends;
}

/// V8 counts lines when somebody asks for one: until then this does. A carriage return before a
/// line feed is of one end with it.
std::vector<std::int32_t> V8Scripts::counted_line_ends(V8Heap::Tagged source) {
  std::vector<std::int32_t> ends;
  const auto text = heap_.characters(source);
  if (!text || text->count > kMaxSourceCharacters) {
    return ends;
  }
  std::array<std::uint16_t, 8192> wide{};
  std::array<std::uint8_t, 8192> narrow{};
  bool after_return = false;
  for (std::uint32_t place = 0; place < text->count;) {
    const std::uint32_t count =
        std::min<std::uint32_t>(text->count - place, static_cast<std::uint32_t>(wide.size()));
    const auto bytes = text->one_byte ? std::as_writable_bytes(std::span(narrow).first(count))
                                      : std::as_writable_bytes(std::span(wide).first(count));
    if (!heap_.read(text->address + std::uint64_t{place} * (text->one_byte ? 1 : 2), bytes)) {
      return {};
    }
    for (std::uint32_t index = 0; index < count; ++index, ++place) {
      const std::uint16_t unit = text->one_byte ? narrow.at(index) : wide.at(index);
      const bool feed = unit == '\n';
      if (after_return && !feed) {
        ends.push_back(static_cast<std::int32_t>(place) - 1);
      }
      if (feed || unit == 0x2028 || unit == 0x2029) {
        ends.push_back(static_cast<std::int32_t>(place));
      }
      after_return = unit == '\r';
      if (ends.size() >= static_cast<std::size_t>(kMaxLines)) {
        return ends;
      }
    }
  }
  ends.push_back(static_cast<std::int32_t>(text->count));
  return ends;
}

}  // namespace culprit
