// SPDX-License-Identifier: Apache-2.0
#include "investigation/stages.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "confirmation/confirmation.h"
#include "investigation/audit_log.h"
#include "investigation/host_facts.h"
#include "investigation/precautions.h"
#include "investigation/probe_settings.h"
#include "investigation/runtime_frames.h"
#include "investigation/unwinding.h"
#include "kernel/bpf_log.h"
#include "kernel/staying_alive.h"
#include "probes/syscalls/syscall_probe.h"
#include "probes/syscalls/tcp_state_probe.h"

namespace culprit {
namespace {

/// Samples that may wait for the main thread: ten seconds of a storm of short-lived processes.
constexpr std::size_t kQueueCapacity = 200'000;

}  // namespace

Stages::Stages(const Options& options, std::vector<std::string> arguments)
    : options_(options),
      arguments_(std::move(arguments)),
      queue_(kQueueCapacity),
      syscall_hook_(options.max_overhead_share, 1, options.narrowed()) {
  capture_bpf_log();
  raise_descriptor_limit();
  if (reserve_cpu(Tid(0), kReportReservation) == Priority::Unchanged) {
    limits_.add("own priority",
                "no right to reserve CPU time: a starving host may delay the report",
                "run as root");
  }
  static_cast<void>(spare_from_oom_killer());  // a wish, not a need
  SymbolWorkerSettings symbols;
  symbols.conditions.readers = RuntimeWorker::readers(all_runtimes());
  auto worker = SymbolWorker::start(helpers_.counted(std::move(symbols)));
  if (worker) {
    symbol_worker_ = std::move(*worker);
  } else {
    limits_.add("symbols", worker.error());
  }
  auto unwind_worker = SymbolWorker::start(helpers_.counted(Unwinding::worker_settings()));
  if (unwind_worker) {
    unwind_worker_ = std::move(*unwind_worker);
  } else {
    limits_.add("stacks", unwind_worker.error());
  }
  if (auto locked = lock_memory(); !locked) {
    limits_.add("memory", locked.error());
    memory_lock_ = MemoryLock::Off;
  }
  if (options_.docker_socket) {
    engine_sockets_ = {.paths = {*options_.docker_socket}, .named_by_user = true};
  }
  ask_engines();

  std::optional<KernelSymbols> kernel_symbols;
  if (auto kernel = KernelSymbols::read(); kernel) {
    kernel_symbols = std::move(*kernel);
  } else {
    limits_.add("kernel functions", kernel.error());
  }
  auto mounts = find_cgroup_mounts();
  if (!mounts) {
    limits_.add("containers", mounts.error());
  }
  containers_ =
      std::make_unique<ContainerCatalog>(CgroupTree(mounts ? std::move(*mounts) : CgroupMounts()));
  symbolizer_ = std::make_unique<Symbolizer>(
      std::move(kernel_symbols), symbol_worker_ ? &*symbol_worker_ : nullptr, maps_,
      options_.inlines ? SymbolDetail::Inlines : SymbolDetail::Lines);
}

Stages::~Stages() = default;

Status Stages::select_containers() {
  if (!options_.narrowed()) {
    return Success{};
  }
  take_engine_answer(/*wait=*/true);
  ContainerSelection selection{.containers = options_.containers};
  for (const PodSelector& pod : options_.pods) {
    selection.pods.push_back(pod.pod_namespace + "/" + pod.name);
  }
  for (const LabelSelector& label : options_.labels) {
    selection.labels.push_back(label.key + "=" + label.value);
  }
  auto selected = containers_->select(selection);
  if (!selected) {
    return with_reasons(selected.error(), limits_.reasons_of(kContainerNamesLimit));
  }
  selected_ = std::move(selected->roots);
  return Success{};
}

Status Stages::start_observing(const KernelBtf& btf) {
  const HostFacts host = read_host_facts();
  syscall_hook_ = HookKeeper(options_.max_overhead_share, host.cpus, options_.narrowed());
  ProbeSettings settings =
      choose_probe_settings(options_, containers_->identity(), symbolizer_->kernel_symbols(), btf);
  settings.programs.unwind_tables &= unwind_worker_ ? 1U : 0U;
  auto observer = Observer::open(settings, queue_);
  if (!observer) {
    return std::move(observer).error();
  }
  observer_ = std::move(*observer);
  if (auto chosen = observer_->want(selected_); !chosen) {
    return chosen;
  }
  processes_.scan();
  look_around();
  observer_->add_counters([this](KernelTime now, Reading reading, SampleSink& sink) {
    host_sources_.read(now, reading, sink);
  });
  cost_.count_program_runs();
  host_sources_.enter_networks();
  give_up_rights(options_, limits_);
  const auto wall_clock_start = std::chrono::system_clock::now();
  if (auto started = observer_->start(); !started) {
    return started;
  }
  Window window{.start = wall_clock_start,
                .start_time = observer_->started_at(),
                .frequency_hz = settings.frequency_hz,
                .clock = settings.clock == SamplingClock::Cycles ? "cycles" : "cpu-clock",
                .filtered = options_.narrowed()};
  if (auto recording = start_recording({.host = host,
                                        .window = window,
                                        .events = containers_->identity(),
                                        .min_confidence = options_.min_confidence});
      !recording) {
    return recording;
  }
  builder_ = std::make_unique<ProfileBuilder>(host, std::move(window), containers_->identity());
  tee_ = std::make_unique<RecordingTee>(*builder_, recorder_.get());
  start_unwinding(settings);
  intake_ = std::make_unique<Intake>(*containers_, processes_, maps_, unwinding_.get(),
                                     runtimes_ ? &runtimes_->runtimes() : nullptr, *tee_);
  // In this order: whoever reads the shared counts of connects first says what they stand for.
  add_syscall_probe(settings);
  add_tcp_state_probe(settings);
  for (const Error& error : observer_->degraded()) {
    limits_.add("life cycle of processes", error);
  }
  tell_of_second_choices(settings, limits_);
  audit("begin", {}, {});
  give_back_freed_memory(memory_lock_);
  cost_.sampling_begins();
  return Success{};
}

void Stages::start_unwinding(const ProbeSettings& settings) {
  if (settings.programs.unwind_tables == 0) {
    return;
  }
  auto unwinding = Unwinding::start(observer_->shared_maps(), maps_, *std::move(unwind_worker_));
  if (unwinding) {
    unwinding_ = std::move(*unwinding);
    start_confirmation();
    start_runtimes();
  } else {
    limits_.add("stacks", unwinding.error());
  }
}

/// Their frames are met by the walker that has unwind tables.
void Stages::start_runtimes() {
  runtimes_ = std::make_unique<RuntimeFrames>(symbol_worker_ ? &*symbol_worker_ : nullptr, maps_,
                                              observer_->shared_maps());
  runtimes_->serve(*symbolizer_);
}

void Stages::add_syscall_probe(const ProbeSettings& settings) {
  auto syscalls = SyscallProbe::open(settings, observer_->shared_maps());
  if (!syscalls) {
    limits_.add("system calls and writes", syscalls.error());
    return;
  }
  SyscallProbe* probe = syscalls->get();
  if (auto added = observer_->add(std::move(*syscalls)); !added) {
    limits_.add("system calls and writes", added.error());
    return;
  }
  syscall_hook_.watch(*probe);
}

void Stages::add_tcp_state_probe(const ProbeSettings& settings) {
  auto tcp = TcpStateProbe::open(settings, observer_->shared_maps());
  if (!tcp) {
    limits_.add("outcomes of connections", tcp.error());
  } else if (auto added = observer_->add(std::move(*tcp)); !added) {
    limits_.add("outcomes of connections", added.error());
  }
}

std::chrono::milliseconds Stages::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               observer_->started_at());
}

void Stages::take_in(std::chrono::milliseconds wait) {
  for (Sample& sample : queue_.take(syscall_hook_.due_in(wait))) {
    if (confirmation_ != nullptr) {
      confirmation_->look_at(sample);
    }
    intake_->accept(std::move(sample));
  }
  if (confirmation_ != nullptr) {
    confirmation_->step(std::chrono::steady_clock::now());
  }
  syscall_hook_.step(*observer_, *intake_, limits_);
  intake_->settle();
  end_window_when_due();
}

void Stages::look_around() {
  helpers_.look();
  processes_.read_survivors();
  take_engine_answer(/*wait=*/false);
  ask_about_newborn();
  watch_counters();
  std::vector<NetworkProcess> processes;
  for (const ProcessFacts* facts : processes_.living()) {
    processes.push_back({.network_namespace = facts->network_namespace,
                         .pid = facts->key.pid,
                         .cgroup = containers_->find_path(facts->cgroup_path).cgroup});
  }
  host_sources_.watch_listeners_of(std::move(processes));
}

void Stages::tell_of_ended() {
  std::set<CgroupId> living;
  for (const WorkloadDirectories& workload : containers_->counter_directories()) {
    living.insert(workload.cgroup);
  }
  for (const CgroupId cgroup : selected_) {
    if (!living.contains(cgroup)) {
      limits_.add(containers_->find(cgroup).name, "ended while it was observed");
    }
  }
}

void Stages::watch_counters() {
  if (watched_revision_ == containers_->revision()) {
    return;
  }
  std::vector<CgroupTarget> targets;
  for (WorkloadDirectories& workload : containers_->counter_directories()) {
    const Container& container = containers_->find(workload.cgroup);
    targets.push_back({.cgroup = workload.cgroup,
                       .directories = std::move(workload.directories),
                       .cpu_limit_cores = container.cpu_limit_cores,
                       .memory_limit_bytes = container.memory_limit_bytes});
  }
  host_sources_.watch_cgroups(std::move(targets));
  watched_revision_ = containers_->revision();
}

void Stages::audit(const char* event, const std::string& outcome, std::vector<std::string> hooks) {
  for (const ProbeHook& hook : observer_->hooks()) {
    hooks.push_back(hook.hook);
  }
  // The log may be on a full or read-only disk; that must not cost the report.
  const Status written = append_to_audit_log(
      {.event = event, .arguments = arguments_, .hooks = std::move(hooks), .outcome = outcome});
  if (!written) {
    limits_.add("audit log", written.error());
  }
}

}  // namespace culprit
