// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abi/settings.h"
#include "base/ids.h"
#include "base/kernel_time.h"
#include "base/result.h"
#include "kernel/perf_event.h"
#include "samples/sample.h"

namespace culprit {

/// What every probe is told before it is loaded.
struct ProbeSettings {
  culprit_settings programs{};   ///< for the BPF side
  std::string btf_file;          ///< describes this kernel; empty: the kernel does so itself
  bool raw_tracepoints = false;  ///< not the typed ones, which need BTF of the kernel's own
  double frequency_hz = 99;
  SamplingClock clock = SamplingClock::CpuClock;
};

/// Which hook answers which question; the report lists them.
struct ProbeHook {
  std::string question;
  std::string hook;
  std::string fallback_of;  ///< empty when it is the first choice
};

/// One BPF program (or kernel facility) that observes something. Made by a static open() that
/// loads but does not attach. All calls come from one thread.
class Probe {
 public:
  Probe() = default;
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  virtual ~Probe() = default;

  [[nodiscard]] virtual ProbeHook hook() const = 0;
  virtual Status attach() = 0;
  virtual void detach() = 0;
  /// Once a second: what the probe counted in maps since the last time.
  virtual void read_counters(KernelTime now, SampleSink& sink) = 0;
  /// Descriptors of its loaded programs and maps, for statistics of time and memory.
  [[nodiscard]] virtual std::vector<int> program_descriptors() const = 0;
  [[nodiscard]] virtual std::vector<int> map_descriptors() const = 0;
};

}  // namespace culprit
