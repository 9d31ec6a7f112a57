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
  return ProgramStatistics{.name = static_cast<const char*>(info.name),
                           .runs = info.run_cnt,
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

MapMemory map_memory(int map_descriptor) {
  MapMemory memory;
  bpf_map_info info{};
  std::uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(map_descriptor, &info, &size) == 0) {
    memory.id = info.id;
  }
  constexpr std::string_view kField = "memlock:";
  const auto text = read_text_file("/proc/self/fdinfo/" + std::to_string(map_descriptor));
  const std::size_t at = text ? text->find(kField) : std::string::npos;
  if (at == std::string::npos) {
    return memory;
  }
  const std::size_t digits = text->find_first_not_of(" \t", at + kField.size());
  if (digits != std::string::npos) {
    std::from_chars(text->data() + digits, text->data() + text->size(), memory.bytes);
  }
  return memory;
}

}  // namespace culprit
