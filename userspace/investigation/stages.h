// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aggregation/profile_builder.h"
#include "capture/recorder.h"
#include "cli/options.h"
#include "containers/container_catalog.h"
#include "containers/docker_engine.h"
#include "containers/process_catalog.h"
#include "investigation/helpers.h"
#include "investigation/hook_keeper.h"
#include "investigation/host_sources.h"
#include "investigation/intake.h"
#include "investigation/own_cost.h"
#include "investigation/recording_tee.h"
#include "investigation/run_limits.h"
#include "kernel/own_memory.h"
#include "kernel_btf.h"
#include "probes/observer.h"
#include "report/report.h"
#include "samples/sample_queue.h"
#include "symbols/process_maps.h"
#include "symbols/symbol_worker.h"
#include "symbols/symbolizer.h"

namespace culprit {

class Confirmation;
class RuntimeFrames;
class Unwinding;

/// What limits are filed under when engines do not answer.
inline constexpr const char* kContainerNamesLimit = "container names";

/// Every stage of one investigation, made in the order in which they depend on each other, and the
/// few things that flow between them besides samples. Main thread only.
class Stages {
 public:
  /// Takes what a starving host would deny later (CPU, memory), forks the symbol worker, asks the
  /// engines, finds the cgroups. To be called while the program has one thread.
  Stages(const Options& options, std::vector<std::string> arguments);
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;
  Stages(Stages&&) = delete;
  Stages& operator=(Stages&&) = delete;
  ~Stages();

  /// Finds the containers that the user named; a sentence when there is no such one.
  Status select_containers();
  /// Loads the probes; sampling begins before the later ones are loaded.
  Status start_observing(const KernelBtf& btf);

  /// Takes in what was observed, waiting for it at most this long.
  void take_in(std::chrono::milliseconds wait);
  /// Once a second: new containers and processes are watched.
  void look_around();
  /// One line about what is known so far.
  std::string interim_verdict();
  /// Stops observing and reports.
  Report finish(bool interrupted);

  /// It was asked for a recording, and there is no writing it.
  [[nodiscard]] bool recording_failed() const { return recording_failed_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] std::chrono::milliseconds elapsed() const;

 private:
  Status start_recording(const RecordingHead& head);
  void end_window_when_due();
  void finish_recording(Report& report);
  void start_runtimes();
  void start_unwinding(const ProbeSettings& settings);
  void start_confirmation();
  void take_confirmation();
  void add_syscall_probe(const ProbeSettings& settings);
  void add_tcp_state_probe(const ProbeSettings& settings);
  void take_engine_answer(bool wait);
  void ask_engines();
  void ask_about_newborn();
  void watch_counters();
  /// Says of chosen containers that they are no more.
  void tell_of_ended();
  ProfileSources sources(std::chrono::milliseconds symbol_budget);
  enum class Purpose : std::uint8_t { Interim, Final };
  Report judge(std::chrono::milliseconds symbol_budget, Purpose purpose, bool interrupted);
  [[nodiscard]] std::chrono::milliseconds time_for_names() const;
  RunFacts run_facts(const Profile& profile, bool interrupted);
  /// `hooks` besides those of the probes.
  void audit(const char* event, const std::string& outcome, std::vector<std::string> hooks);

  Options options_;
  std::vector<std::string> arguments_;
  RunLimits limits_;
  MemoryLock memory_lock_ = MemoryLock::On;
  EngineSockets engine_sockets_;
  std::optional<EngineQuery> engines_;  ///< while they are being asked
  bool engines_answer_ = false;
  std::set<std::string> asked_about_;  ///< containers that they did not describe before
  std::unique_ptr<ContainerCatalog> containers_;
  std::vector<CgroupId> selected_;
  ProcessCatalog processes_;
  ProcessMaps maps_;
  Helpers helpers_;  ///< outlives the workers
  std::optional<SymbolWorker> symbol_worker_;
  std::optional<SymbolWorker> unwind_worker_;  ///< until it is handed over
  std::unique_ptr<Symbolizer> symbolizer_;
  std::unique_ptr<ProfileBuilder> builder_;
  std::unique_ptr<Recorder> recorder_;  ///< when what is observed is to be kept
  std::unique_ptr<RecordingTee> tee_;
  KernelTime window_due_;
  bool recording_failed_ = false;
  std::vector<LossCount> window_losses_;  ///< of naming what recorded windows hold
  std::unique_ptr<Unwinding> unwinding_;
  std::unique_ptr<RuntimeFrames> runtimes_;
  std::unique_ptr<Confirmation> confirmation_;  ///< null where stacks are not walked by us
  std::unique_ptr<Intake> intake_;
  std::optional<std::uint64_t> watched_revision_;  ///< of the containers
  HostSources host_sources_;
  SampleQueue queue_;
  std::unique_ptr<Observer> observer_;
  HookKeeper syscall_hook_;
  KernelTime begun_ = std::chrono::steady_clock::now();
  std::optional<KernelTime> stopped_at_;
  OwnCost cost_;
};

}  // namespace culprit
