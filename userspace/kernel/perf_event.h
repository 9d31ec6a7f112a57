// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/unique_fd.h"

struct perf_event_header;

namespace culprit {

/// The CPUs that are online, from /sys/devices/system/cpu/online.
Result<std::vector<CpuId>> online_cpus();

enum class SamplingClock : std::uint8_t {
  CpuClock,  ///< time-weighted; works everywhere
  Cycles,    ///< needs a performance-monitoring unit
};

/// A disabled sampling event on one CPU, for a BPF program to be attached to. The error number
/// tells apart what is missing: ENOENT/EOPNOTSUPP/ENODEV no such hardware, EACCES/EPERM no right.
Result<UniqueFd> open_sampling_event(CpuId cpu, SamplingClock clock, double frequency_hz);

/// Reads the records that the kernel itself writes (executable mappings, lost records) on one CPU.
class PerfRecordReader {
 public:
  /// `build_ids`: let the kernel read them (since 5.12); when it cannot, records carry inodes.
  static Result<std::unique_ptr<PerfRecordReader>> open(CpuId cpu);
  PerfRecordReader(const PerfRecordReader&) = delete;
  PerfRecordReader& operator=(const PerfRecordReader&) = delete;
  ~PerfRecordReader();

  Status enable();
  /// Calls `handle` with each waiting record, header included, and frees its room.
  void drain(const std::function<void(std::span<const std::byte>)>& handle);
  [[nodiscard]] int descriptor() const { return event_.get(); }

 private:
  PerfRecordReader(UniqueFd event, void* pages) : event_(std::move(event)), pages_(pages) {}

  UniqueFd event_;
  void* pages_;
  std::vector<std::byte> wrapped_;  ///< a record that lies across the ring's end
};

}  // namespace culprit
