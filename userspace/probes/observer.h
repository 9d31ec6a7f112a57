// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "kernel/program_statistics.h"
#include "kernel/ring_buffer_reader.h"
#include "kernel/shared_maps.h"
#include "kernel/staying_alive.h"
#include "probes/cpu_sampler_probe.h"
#include "probes/executable_mappings.h"
#include "probes/loss_counters.h"
#include "probes/probe.h"
#include "probes/process_lifecycle_probe.h"
#include "samples/sample_queue.h"

namespace culprit {

/// Differences over the window begin with the first reading and end with the last one.
enum class Reading : std::uint8_t { First, Regular, Last };

/// Runs the probes: one thread drains the kernel's rings, reads the counters once a second and
/// pushes everything into a queue. The base (sampler, life cycle, mappings) is attached first, so
/// that sampling begins at once; other probes join while it runs.
class Observer {
 public:
  /// Something besides the probes that is read once a second, on the observer's thread.
  using CounterSource = std::function<void(KernelTime now, Reading reading, SampleSink& sink)>;

  /// Loads the base probes. Fails when not even CPU sampling is possible; a missing life cycle or
  /// mapping record is degraded() instead.
  static Result<std::unique_ptr<Observer>> open(const ProbeSettings& settings, SampleQueue& queue);
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  ~Observer();

  // Called by the main thread:
  /// Before start(): only what is below these cgroups is observed, when the settings filter.
  Status want(std::span<const CgroupId> cgroups);
  Status start();
  /// Attaches a probe that was loaded with shared_maps(); from here on it belongs to the observer.
  Status add(std::unique_ptr<Probe> probe);
  void add_counters(CounterSource source);
  /// Detaches everything, hands over what is left, closes the queue and ends the thread.
  void stop();

  [[nodiscard]] SharedMaps& shared_maps() { return shared_maps_; }
  [[nodiscard]] std::vector<ProbeHook> hooks();
  /// What the base cannot do on this host, as sentences.
  [[nodiscard]] const std::vector<Error>& degraded() const { return degraded_; }
  [[nodiscard]] std::vector<int> program_descriptors();
  /// Kernel memory of all maps, each counted once.
  [[nodiscard]] std::uint64_t map_memory_bytes();
  /// Runs and run time of the program of this name; zeros without it, or without the kernel's
  /// run-time statistics.
  [[nodiscard]] ProgramStatistics statistics_of(std::string_view program_name);
  /// Run time of all programs since they were loaded, where the kernel counts it.
  [[nodiscard]] std::chrono::nanoseconds program_run_time();
  /// How the draining thread was given its share of CPU; known once it runs.
  [[nodiscard]] Priority priority() const { return priority_.load(); }
  [[nodiscard]] KernelTime started_at() const { return started_at_; }

 private:
  explicit Observer(SampleQueue& queue) : queue_(queue) {}

  Status open_rings();
  // On the observer's thread:
  void run_guarded();
  void run();
  void drain(std::chrono::milliseconds timeout);
  void read_counters(Reading reading);

  SampleQueue& queue_;
  SharedMaps shared_maps_;
  std::unique_ptr<RingBufferReader> rings_;
  std::unique_ptr<ExecutableMappings> mappings_;
  std::unique_ptr<LossCounters> losses_;
  std::vector<Error> degraded_;
  std::map<std::string, int, std::less<>> asked_programs_;  ///< of the main thread
  int samples_ring_ = -1;
  KernelTime started_at_;

  std::mutex mutex_;  ///< guards probes_ and sources_
  std::vector<std::unique_ptr<Probe>> probes_;
  std::vector<CounterSource> sources_;

  std::vector<Sample> batch_;      ///< of the observer's thread
  std::size_t drained_bytes_ = 0;  ///< in this round
  std::atomic<bool> stopping_ = false;
  std::atomic<Priority> priority_ = Priority::Unchanged;
  std::thread thread_;
};

}  // namespace culprit
