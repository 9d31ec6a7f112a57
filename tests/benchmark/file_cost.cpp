// SPDX-License-Identifier: Apache-2.0
// What making an unwind table of a file costs, and what naming addresses in it does:
//
//   file_cost table FILE           milliseconds, bytes of unwind information, rows, bytes of blocks
//   file_cost names FILE < OFFSETS seconds for names of so many offsets: of a file seen for the
//   first
//                                  time, of the same offsets again, and how many had one
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "symbols/process_maps.h"
#include "symbols/symbol_worker.h"
#include "symbols/symbolizer.h"
#include "unwinding/block_tree.h"
#include "unwinding/build_table.h"

namespace culprit {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int kRounds = 5;
constexpr std::size_t kFramesPerStack = 100;

[[noreturn]] void fail(std::string_view why) {
  fmt::print(stderr, "file_cost: {}\n", why);
  std::exit(1);
}

UniqueFd open_file(const char* path) {
  UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    fail(fmt::format("cannot open {}", path));
  }
  return file;
}

double seconds_since(Clock::time_point begin) {
  return Seconds(Clock::now() - begin).count();
}

void measure_table(const char* path) {
  const UniqueFd file = open_file(path);
  double fastest = 1e9;
  UnwindTable table;
  std::size_t blocks = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = Clock::now();
    auto built = build_unwind_table(ByteSource::of_descriptor(file.get()));
    if (!built) {
      fail(built.error().message());
    }
    const std::vector<std::uint16_t> numbers(built->rules.size(), 1);
    const auto tree = lay_out_blocks(*built, numbers);
    if (!tree) {
      fail(tree.error().message());
    }
    fastest = std::min(fastest, seconds_since(begin));
    blocks = tree->blocks.size();
    table = *std::move(built);
  }
  fmt::print(R"({{"seconds": {}, "section_bytes": {}, "rows": {}, "rules": {}, "block_bytes": {}}})"
             "\n",
             fastest, table.counters.section_bytes, table.rows.size(), table.rules.size(),
             blocks * sizeof(culprit_unwind_block));
}

std::vector<std::uint64_t> read_offsets() {
  std::vector<std::uint64_t> offsets;
  unsigned long long offset = 0;
  while (std::scanf("%llx", &offset) == 1) {
    offsets.push_back(offset);
  }
  return offsets;
}

std::uint64_t map_executable(const UniqueFd& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    fail("cannot look at the file");
  }
  void* start = ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ | PROT_EXEC,
                       MAP_PRIVATE, file.get(), 0);
  if (start == MAP_FAILED) {
    fail("cannot map the file");
  }
  return reinterpret_cast<std::uint64_t>(start);
}

std::vector<RawStack> stacks_of(const std::vector<std::uint64_t>& offsets, std::uint64_t start) {
  std::vector<RawStack> stacks;
  for (const std::uint64_t offset : offsets) {
    if (stacks.empty() || stacks.back().frames.size() == kFramesPerStack) {
      stacks.push_back({.hash = StackHash(stacks.size() + 1)});
    }
    stacks.back().frames.push_back({.address = InstructionAddress(start + offset), .exact = true});
  }
  return stacks;
}

std::size_t named(const std::vector<ResolvedStack>& stacks) {
  std::size_t count = 0;
  for (const ResolvedStack& stack : stacks) {
    count += static_cast<std::size_t>(std::ranges::count_if(stack.frames, [](const auto& frame) {
      return !frame.inlined && !frame.function.starts_with('[');
    }));
  }
  return count;
}

void measure_names(const char* path) {
  auto worker = SymbolWorker::start();
  if (!worker) {
    fail(worker.error().message());
  }
  const std::uint64_t start = map_executable(open_file(path));
  const std::vector<std::uint64_t> offsets = read_offsets();
  const std::vector<RawStack> stacks = stacks_of(offsets, start);
  const ProcessKey self{.pid = Pid(static_cast<std::uint32_t>(::getpid())), .start_boottime_ns = 0};
  ProcessMaps maps;
  maps.note_process(self, AddressSpaceId(1));
  std::vector<StackOfProcess> asked;
  for (const RawStack& stack : stacks) {
    asked.push_back({.stack = &stack, .process = self, .address_space = AddressSpaceId(1)});
  }
  Symbolizer symbolizer(std::nullopt, &*worker, maps);
  constexpr std::chrono::seconds kPatience{60};
  const auto cold_begin = Clock::now();
  const std::size_t found = named(symbolizer.resolve(asked, kPatience));
  const double cold = seconds_since(cold_begin);
  const auto warm_begin = Clock::now();
  static_cast<void>(symbolizer.resolve(asked, kPatience));
  fmt::print(R"({{"offsets": {}, "named": {}, "cold": {}, "warm": {}}})"
             "\n",
             offsets.size(), found, cold, seconds_since(warm_begin));
}

}  // namespace
}  // namespace culprit

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[1] : "";
  if (what == "table") {
    culprit::measure_table(argv[2]);
  } else if (what == "names") {
    culprit::measure_names(argv[2]);
  } else {
    culprit::fail("file_cost table|names FILE");
  }
  return 0;
}
