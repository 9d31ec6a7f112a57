// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_runtime.h"

#include <map>
#include <optional>

#include "abi/runtime_space.h"
#include "runtimes/python/bytes.h"
#include "runtimes/python/python_facts.h"
#include "runtimes/python/python_questions.h"
#include "symbols/frame_text.h"

namespace culprit {
namespace {

constexpr const char* kMap = "python_processes";
constexpr std::uint32_t kOldest = 8;
constexpr std::uint32_t kNewest = 14;

std::string version_text(const PythonFacts& facts) {
  return facts.major == 0
             ? "Python older than 3.8"
             : "Python " + std::to_string(facts.major) + "." + std::to_string(facts.minor);
}

Status check(const PythonFacts& facts) {
  if (facts.major != 3 || facts.minor < kOldest || facts.minor > kNewest) {
    return Error(version_text(facts) + " is not read (3.8 to 3.14 are)");
  }
  if (facts.runtime == 0 || facts.code_type == 0 || facts.loops[0].end <= facts.loops[0].start) {
    return Error(version_text(facts) + " hides where its threads are");
  }
  return Success{};
}

/// What is to be added to the file's addresses; nothing when its code is not mapped.
std::optional<std::uint64_t> bias_of(const RuntimeProcess& process, const PythonFacts& facts) {
  const std::uint64_t wanted = facts.loops[0].start - facts.segment_address + facts.segment_offset;
  for (const ExecutableRange& range : process.ranges) {
    if (range.kind == MappingKind::File && range.file == process.file &&
        wanted >= range.file_offset && wanted - range.file_offset < range.end - range.start) {
      return range.start + (wanted - range.file_offset) - facts.loops[0].start;
    }
  }
  return std::nullopt;
}

class PythonRuntime final : public Runtime {
 public:
  Status enter(const RuntimeProcess& process, std::span<const std::byte> facts) override;
  std::vector<FrameNames> name(const RuntimeProcess& process,
                               std::span<const RawFrame> frames) override;
  void leave(const AddressSpaceKey& space) override { layouts_.erase(space); }

 private:
  std::map<AddressSpaceKey, PythonLayout> layouts_;
};

Status PythonRuntime::enter(const RuntimeProcess& process, std::span<const std::byte> facts) {
  const auto file = python::value_in<PythonFacts>(facts, 0);
  if (!file) {
    return Error("its file makes no sense");
  }
  if (auto checked = check(*file); !checked) {
    return checked;
  }
  const auto bias = bias_of(process, *file);
  if (!bias) {
    return Error(version_text(*file) + " is not mapped as expected");
  }
  PythonQuestion question;
  question.kind = PythonQuestion::kLayout;
  question.minor = file->minor;
  question.runtime = file->runtime + *bias;
  question.code_type = file->code_type + *bias;
  const auto answer = process.ask(std::as_bytes(std::span(&question, 1)));
  if (!answer) {
    return Error(answer.error()).within(version_text(*file));
  }
  auto layout = python::value_in<PythonLayout>(*answer, 0);
  if (!layout) {
    return Error(version_text(*file) + " gave an answer that makes no sense");
  }
  for (std::size_t part = 0; part < file->loops.size(); ++part) {
    if (file->loops.at(part).end != 0) {
      layout->process.loops[part] = {.start = file->loops.at(part).start + *bias,
                                     .end = file->loops.at(part).end + *bias};
    }
  }
  if (auto put = process.put(kMap, std::as_bytes(std::span(&layout->process, 1))); !put) {
    return put;
  }
  layouts_[process.space] = *layout;
  return Success{};
}

std::vector<FrameNames> PythonRuntime::name(const RuntimeProcess& process,
                                            std::span<const RawFrame> frames) {
  std::vector<FrameNames> names(frames.size());
  const auto layout = layouts_.find(process.space);
  if (layout == layouts_.end()) {
    return names;
  }
  PythonQuestion question;
  question.kind = PythonQuestion::kNames;
  question.minor = layout->second.minor;
  question.layout = layout->second;
  std::vector<std::byte> bytes;
  python::append(bytes, question);
  for (const RawFrame& frame : frames) {
    python::append(
        bytes,
        PythonFrame{.code = frame.address.value(), .position = frame.extra, .check = frame.check});
  }
  const auto answer = process.ask(bytes);
  const auto read = answer ? decode_names(*answer, frames.size()) : std::nullopt;
  for (std::size_t index = 0; read && index < read->size(); ++index) {
    const PythonName& name = (*read)[index];
    if (!name.function.empty()) {
      names[index].push_back({.function = shown(name.function),
                              .file = shown(name.file),
                              .line = name.line,
                              .module = module_name(name.file),
                              .kind = FrameKind::Python,
                              .inlined = false});
    }
  }
  return names;
}

/// The program itself may have any name: "uwsgi", "myserver" with an interpreter built in.
bool may_be_python(std::string_view path, bool executable) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return executable || name.starts_with("libpython") || name.starts_with("python");
}

}  // namespace

RuntimeKind python_runtime() {
  return {.name = "python",
          .kernel_bit = CULPRIT_RUNTIME_PYTHON,
          .frame_kinds = {FrameKind::Python},
          .may_be = may_be_python,
          .read_file = read_python_file,
          .read_memory = read_python_memory,
          .make = [] { return std::make_unique<PythonRuntime>(); }};
}

}  // namespace culprit
