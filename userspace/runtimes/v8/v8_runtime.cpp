// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_runtime.h"

#include <algorithm>
#include <map>
#include <utility>

#include "abi/runtime_space.h"
#include "abi/v8_process.h"
#include "runtimes/v8/v8_file.h"
#include "runtimes/v8/v8_frames.h"
#include "symbols/frame_text.h"

namespace culprit {
namespace {

constexpr const char* kProcessesMap = "v8_processes";
constexpr std::size_t kMaxPathBytes = 480;

/// The addresses at which a process has the built-ins' code: in the text segment, and where V8 has
/// mapped the file once more to have them near to the code that it makes.
culprit_v8_process describe(const RuntimeProcess& process, const V8Layout& layout) {
  culprit_v8_process value{};
  value.function_shared = static_cast<std::uint32_t>(layout.function_shared);
  value.shared_counts = static_cast<std::uint32_t>(layout.shared_counts);
  value.counts_arguments = layout.frame_counts_arguments;
  std::size_t count = 0;
  const std::uint64_t end = layout.builtins_offset + layout.builtins_size;
  for (const ExecutableRange& range : process.ranges) {
    const std::uint64_t range_end = range.file_offset + (range.end - range.start);
    if (range.kind != MappingKind::File || range.file != process.file || range.file_offset >= end ||
        range_end <= layout.builtins_offset || count == CULPRIT_V8_BUILTIN_RANGES) {
      continue;
    }
    const std::uint64_t from = std::max(range.file_offset, layout.builtins_offset);
    const std::uint64_t to = std::min(range_end, end);
    value.builtins_start[count] = range.start + (from - range.file_offset);
    value.builtins_end[count] = range.start + (to - range.file_offset);
    ++count;
  }
  return value;
}

ResolvedFrame resolved(const V8FrameName& name) {
  ResolvedFrame frame;
  frame.function = shown(name.function);
  frame.file = shown(name.file, kMaxPathBytes);
  frame.line = name.line;
  frame.module = name.file.empty() ? std::string() : module_name(name.file);
  frame.kind = FrameKind::JavaScript;
  frame.inlined = name.inlined;
  return frame;
}

class V8Runtime : public Runtime {
 public:
  Status enter(const RuntimeProcess& process, std::span<const std::byte> facts) override {
    auto known = v8_facts_in(facts);
    if (!known) {
      return std::move(known).error();
    }
    if (!known->unreadable.empty()) {
      return Error(known->unreadable);
    }
    const culprit_v8_process value = describe(process, known->layout);
    if (value.builtins_end[0] == 0) {
      return Error("its built-ins are not mapped");
    }
    auto put = process.put(kProcessesMap, std::as_bytes(std::span(&value, 1)));
    if (!put) {
      return put;
    }
    drop_.insert_or_assign(process.space, process.drop);
    layouts_.insert_or_assign(process.space, known->layout);
    return Success{};
  }

  std::vector<FrameNames> name(const RuntimeProcess& process,
                               std::span<const RawFrame> frames) override {
    const auto layout = layouts_.find(process.space);
    if (layout == layouts_.end()) {
      return {};
    }
    std::vector<V8RawFrame> raw;
    for (const RawFrame& frame : frames.first(std::min(frames.size(), kMaxV8Frames))) {
      raw.push_back({.address = frame.address.value(), .extra = frame.extra, .check = frame.check});
    }
    const auto answer = process.ask(v8_question(layout->second, raw));
    auto names = answer ? v8_names_in(*answer) : Result<V8Names>(V8Names());
    if (!names) {
      return {};
    }
    std::vector<FrameNames> result(names->size());
    for (std::size_t index = 0; index < names->size(); ++index) {
      for (const V8FrameName& name : (*names)[index]) {
        result[index].push_back(resolved(name));
      }
    }
    return result;
  }

  void leave(const AddressSpaceKey& space) override {
    if (const auto drop = drop_.find(space); drop != drop_.end()) {
      drop->second(kProcessesMap);
      drop_.erase(drop);
    }
    layouts_.erase(space);
  }

 private:
  std::map<AddressSpaceKey, V8Layout> layouts_;
  std::map<AddressSpaceKey, std::function<void(const char*)>> drop_;
};

bool may_be_v8(std::string_view path, bool executable) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return executable || name.starts_with("node") || name.starts_with("libnode") ||
         name.starts_with("libv8");
}

}  // namespace

RuntimeKind v8_runtime() {
  return {.name = "node",
          .kernel_bit = CULPRIT_RUNTIME_V8,
          .frame_kinds = {FrameKind::JavaScript},
          .may_be = may_be_v8,
          .read_file = read_v8_file,
          .read_memory = read_v8_memory,
          .make = [] { return std::make_unique<V8Runtime>(); }};
}

}  // namespace culprit
