// SPDX-License-Identifier: Apache-2.0
#include "kernel/bpf_map_reader.h"

namespace culprit {

std::vector<std::uint64_t> read_per_cpu_counters(int map_descriptor, std::uint32_t entries) {
  const int cpus = libbpf_num_possible_cpus();
  if (cpus <= 0) {
    return {};
  }
  std::vector<std::uint64_t> values(static_cast<std::size_t>(cpus));
  std::vector<std::uint64_t> sums(entries);
  for (std::uint32_t index = 0; index < entries; ++index) {
    if (bpf_map_lookup_elem(map_descriptor, &index, values.data()) != 0) {
      return {};
    }
    for (const std::uint64_t value : values) {
      sums[index] += value;
    }
  }
  return sums;
}

}  // namespace culprit
