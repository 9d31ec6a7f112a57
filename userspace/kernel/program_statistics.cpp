// SPDX-License-Identifier: Apache-2.0
#include "kernel/program_statistics.h"

#include <bpf/bpf.h>

#include <charconv>
#include <string>
#include <string_view>

#include "base/text_file.h"

namespace culprit {

Result<ProgramStatistics> program_statistics(int program_descriptor) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof(info);
  if (const int error = bpf_obj_get_info_by_fd(program_descriptor, &info, &size); error != 0) {
    return Error::from_errno("ask for a BPF program's statistics", error);
  }
  return ProgramStatistics{.runs = info.run_cnt,
                           .run_time_ns = info.run_time_ns,
                           .recursion_misses = info.recursion_misses,
                           .verified_instructions = info.verified_insns};
}

Result<UniqueFd> enable_run_time_statistics() {
  UniqueFd statistics(bpf_enable_stats(BPF_STATS_RUN_TIME));
  if (!statistics.valid()) {
    return Error::from_errno("turn on BPF run-time statistics", statistics.get());
  }
  return statistics;
}

std::uint64_t map_memory_bytes(int map_descriptor) {
  constexpr std::string_view kField = "memlock:";
  const auto text = read_text_file("/proc/self/fdinfo/" + std::to_string(map_descriptor));
  if (!text) {
    return 0;
  }
  const std::size_t at = text->find(kField);
  if (at == std::string::npos) {
    return 0;
  }
  std::size_t begin = at + kField.size();
  while (begin < text->size() && ((*text)[begin] == ' ' || (*text)[begin] == '\t')) {
    ++begin;
  }
  std::uint64_t bytes = 0;
  std::from_chars(text->data() + begin, text->data() + text->size(), bytes);
  return bytes;
}

}  // namespace culprit
