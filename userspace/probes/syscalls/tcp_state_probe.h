// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "kernel/bpf_handles.h"
#include "probes/probe.h"
#include "probes/syscalls/connect_reader.h"

struct tcp_states;

namespace culprit {

class SharedMaps;

/// How TCP connections end that processes of this host began: ConnectCounts with the stack of the
/// connect call. Nothing of it is on the syscall path.
class TcpStateProbe : public Probe {
 public:
  static Result<std::unique_ptr<TcpStateProbe>> open(const ProbeSettings& settings,
                                                     SharedMaps& shared_maps);
  TcpStateProbe(const TcpStateProbe&) = delete;
  TcpStateProbe& operator=(const TcpStateProbe&) = delete;
  TcpStateProbe(TcpStateProbe&&) = delete;
  TcpStateProbe& operator=(TcpStateProbe&&) = delete;
  ~TcpStateProbe() override;

  [[nodiscard]] ProbeHook hook() const override;
  Status attach() override;
  void detach() override;
  void read_counters(KernelTime now, SampleSink& sink) override;
  [[nodiscard]] std::vector<int> program_descriptors() const override;
  [[nodiscard]] std::vector<int> map_descriptors() const override;

 private:
  TcpStateProbe(SkeletonHandle<tcp_states> skeleton, const SharedMaps& shared_maps);
  void forget_stale_attempts(KernelTime now);

  SkeletonHandle<tcp_states> skeleton_;
  bool raw_;  ///< the programs on raw tracepoints are the ones that are loaded
  ConnectReader connects_;
  std::vector<Link> links_;
  KernelTime sweep_due_;
};

}  // namespace culprit
