// SPDX-License-Identifier: Apache-2.0
// record_v8_heap PID: writes a heap image (v8_heap_image.h) of the JavaScript that a process's
// first thread runs at the moment: its frames below /tmp, and what of its memory is read to name
// them.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "abi/v8_process.h"
#include "runtimes/v8/v8_file.h"
#include "runtimes/v8/v8_frames.h"
#include "runtimes/v8/v8_layout.h"
#include "runtimes/v8/v8_symbols.h"

namespace {

using culprit::ByteSource;

bool recording = false;
std::map<std::uint64_t, std::uint8_t> recorded;

struct Range {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};

class Target {
 public:
  Target(pid_t pid, const culprit::V8Layout& layout)
      : memory_(::open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY)),
        layout_(layout) {
    std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
    std::string line;
    while (std::getline(maps, line)) {
      Range range;
      std::uint64_t offset = 0;
      std::uint64_t inode = 0;
      std::array<char, 5> rights{};
      if (std::sscanf(line.c_str(), "%lx-%lx %4s %lx %*s %lu", &range.start, &range.end,
                      rights.data(), &offset, &inode) != 5 ||
          rights[2] != 'x') {
        continue;
      }
      const bool holds_builtins = offset <= layout.builtins_offset &&
                                  layout.builtins_offset - offset < range.end - range.start;
      if (inode == 0) {
        made_.push_back(range);
      } else if (line.ends_with("/node") && holds_builtins) {
        const std::uint64_t start = range.start + (layout.builtins_offset - offset);
        builtins_.push_back({start, start + layout.builtins_size});
      }
    }
  }

  [[nodiscard]] ByteSource source() const { return ByteSource::of_process(memory_); }
  [[nodiscard]] std::uint64_t word(std::uint64_t address) const {
    std::uint64_t value = 0;
    return source().read(address, std::as_writable_bytes(std::span(&value, 1))) ? value : 0;
  }

  /// As the kernel part does it, by the chain of frame pointers.
  [[nodiscard]] std::vector<culprit::V8RawFrame> frames(const user_regs_struct& registers) const {
    std::vector<culprit::V8RawFrame> found;
    std::uint64_t ip = registers.rip;
    std::uint64_t bp = registers.rbp;
    for (bool exact = true; found.size() < 64 && bp != 0; exact = false) {
      push(found, ip, bp, exact ? &registers : nullptr);
      ip = word(bp + 8);
      bp = word(bp);
    }
    return found;
  }

 private:
  static bool lies_in(const std::vector<Range>& ranges, std::uint64_t address) {
    return std::ranges::any_of(
        ranges, [&](const Range& range) { return address >= range.start && address < range.end; });
  }

  void push(std::vector<culprit::V8RawFrame>& found, std::uint64_t ip, std::uint64_t bp,
            const user_regs_struct* exact) const {
    const std::uint64_t function = word(bp - 16);
    const std::uint64_t shared =
        (word(bp - 8) & 3) == 1 && (function & 3) == 1
            ? word(function - 1 + static_cast<std::uint64_t>(layout_.function_shared))
            : 0;
    if (lies_in(made_, ip)) {
      found.push_back(
          {.address = shared | std::uint64_t{CULPRIT_V8_COMPILED} << CULPRIT_V8_KIND_SHIFT,
           .extra = static_cast<std::uint32_t>(ip),
           .check = static_cast<std::uint32_t>(ip >> 32U & 0x7FFFU) |
                    (exact != nullptr ? std::uint32_t{CULPRIT_V8_EXACT} : 0U)});
      return;
    }
    const std::uint64_t bytecode_place = layout_.frame_counts_arguments != 0 ? 32 : 24;
    const std::uint64_t offset = word(bp - bytecode_place - 8);
    if (!lies_in(builtins_, ip) || shared == 0 || (word(bp - bytecode_place) & 3) != 1 ||
        (offset & 0xFFFFFFFFU) != 0) {
      return;
    }
    const std::uint64_t counts =
        word(shared - 1 + static_cast<std::uint64_t>(layout_.shared_counts));
    found.push_back(
        {.address = shared | std::uint64_t{CULPRIT_V8_INTERPRETED} << CULPRIT_V8_KIND_SHIFT,
         .extra = exact != nullptr && exact->r9 < (1U << 28U)
                      ? static_cast<std::uint32_t>(exact->r9)
                      : static_cast<std::uint32_t>(offset >> 32U),
         .check = static_cast<std::uint32_t>(culprit_v8_check(counts))});
  }

  int memory_;
  const culprit::V8Layout& layout_;
  std::vector<Range> builtins_;
  std::vector<Range> made_;
};

/// Only the constants that matter: without one of them the layout would be another.
void print_layout(const culprit::V8Symbols& symbols) {
  const auto layout = culprit::layout_of(symbols.constants);
  std::printf("version %d %d\n", symbols.constants.major, symbols.constants.minor);
  for (const auto& [name, value] : symbols.constants.values) {
    culprit::V8Constants without = symbols.constants;
    without.values.erase(name);
    const auto other = culprit::layout_of(without);
    if (!other || std::memcmp(&*other, &*layout, sizeof(*layout)) != 0) {
      std::printf("constant %s %d\n", name.c_str(), value);
    }
  }
  for (std::size_t width = 0; width < 3 && symbols.bytecode_sizes.count != 0; ++width) {
    std::printf("bytecodes %zu ", width);
    for (std::size_t code = 0; code < symbols.bytecode_sizes.count; ++code) {
      std::printf("%02x", symbols.bytecode_sizes.bytes.at(width).at(code));
    }
    std::printf("\n");
  }
}

void print_memory() {
  std::uint64_t expected = 0;
  for (const auto& [address, byte] : recorded) {
    if (address != expected) {
      std::printf("%smemory %lx ", expected == 0 ? "" : "\n", address);
    }
    std::printf("%02x", byte);
    expected = address + 1;
  }
  std::printf("\n");
}

int record(pid_t pid) {
  const int file = ::open(("/proc/" + std::to_string(pid) + "/exe").c_str(), O_RDONLY);
  const auto symbols = culprit::read_v8_symbols(ByteSource::of_descriptor(file));
  const auto content = culprit::read_v8_file(ByteSource::of_descriptor(file), {});
  const auto facts = content ? culprit::v8_facts_in(*content) : content.error();
  if (!symbols || !facts || !facts->unreadable.empty()) {
    std::fprintf(stderr, "this file's V8 is not read\n");
    return 1;
  }
  user_regs_struct registers{};
  if (::ptrace(PTRACE_ATTACH, pid, nullptr, nullptr) != 0 || ::waitpid(pid, nullptr, __WALL) < 0 ||
      ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers) != 0) {
    std::perror("ptrace");
    return 1;
  }
  const Target target(pid, facts->layout);
  print_layout(*symbols);
  for (const culprit::V8RawFrame& frame : target.frames(registers)) {
    const auto question = culprit::v8_question(facts->layout, std::span(&frame, 1));
    const auto answer = culprit::read_v8_memory(target.source(), question);
    const auto names = answer ? culprit::v8_names_in(*answer) : answer.error();
    if (!names || names->empty() || names->front().empty() ||
        !names->front().front().file.starts_with("/tmp/")) {
      continue;
    }
    std::printf("frame %lx %x %x\n", frame.address, frame.extra, frame.check);
    recording = true;
    static_cast<void>(culprit::read_v8_memory(target.source(), question));
    recording = false;
    for (const auto& name : names->front()) {
      std::fprintf(stderr, "%s %s:%u%s\n", name.function.c_str(), name.file.c_str(), name.line,
                   name.inlined ? " inlined" : "");
    }
  }
  print_memory();
  return 0;
}

}  // namespace

/// What ByteSource reads with, so that what is read is seen.
extern "C" ssize_t pread(int descriptor, void* target, size_t size, off_t offset) {
  using Read = ssize_t (*)(int, void*, size_t, off_t);
  static const auto real = reinterpret_cast<Read>(::dlsym(RTLD_NEXT, "pread"));
  const ssize_t count = real(descriptor, target, size, offset);
  for (ssize_t index = 0; recording && index < count; ++index) {
    recorded[static_cast<std::uint64_t>(offset + index)] =
        static_cast<const std::uint8_t*>(target)[index];
  }
  return count;
}

int main(int count, char** arguments) {
  return count == 2 ? record(static_cast<pid_t>(std::atoi(arguments[1]))) : 2;
}
