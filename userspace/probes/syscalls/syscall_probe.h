// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "kernel/bpf_handles.h"
#include "probes/probe.h"
#include "probes/syscalls/attached_time.h"
#include "probes/syscalls/connect_reader.h"
#include "probes/syscalls/exchange_reader.h"
#include "probes/syscalls/mapped_control.h"
#include "probes/syscalls/syscall_reader.h"
#include "probes/syscalls/write_reader.h"

struct syscall_exit;

namespace culprit {

class SharedMaps;

/// The one program on the syscall path: SyscallCounts, WriteCounts, ExchangeCounts, and the
/// ConnectCounts that only the end of a call shows. Each reading begins with a HookCoverage.
class SyscallProbe : public Probe {
 public:
  static Result<std::unique_ptr<SyscallProbe>> open(const ProbeSettings& settings,
                                                    SharedMaps& shared_maps);
  SyscallProbe(const SyscallProbe&) = delete;
  SyscallProbe& operator=(const SyscallProbe&) = delete;
  SyscallProbe(SyscallProbe&&) = delete;
  SyscallProbe& operator=(SyscallProbe&&) = delete;
  ~SyscallProbe() override;

  [[nodiscard]] ProbeHook hook() const override;
  Status attach() override;
  void detach() override;
  void read_counters(KernelTime now, SampleSink& sink) override;
  [[nodiscard]] std::vector<int> program_descriptors() const override;
  [[nodiscard]] std::vector<int> map_descriptors() const override;

  // The breaker detaches and attaches, from any one thread while another one reads. Besides:
  /// From now on only what is below these cgroups is observed (in addition to the filter that the
  /// probe was loaded with); of more than 64, the first. The ids are those by which containers are
  /// told apart on this host.
  Status narrow_to(std::span<const CgroupId> cgroups);
  void widen() { control_.set_narrowed(false); }

 private:
  SyscallProbe(SkeletonHandle<syscall_exit> skeleton, MappedControl control,
               const SharedMaps& shared_maps);

  SkeletonHandle<syscall_exit> skeleton_;
  bool raw_;  ///< the program on the raw tracepoint is the one that is loaded
  MappedControl control_;
  SyscallReader counts_;
  ConnectReader connects_;
  ExchangeReader exchanges_;
  WriteReader writes_;

  std::mutex mutex_;  ///< guards what follows
  Link link_;
  AttachedTime attached_time_;
};

}  // namespace culprit
