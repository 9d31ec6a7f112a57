// SPDX-License-Identifier: Apache-2.0
#include "investigation/stages.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "detectors/all_detectors.h"
#include "detectors/ruled_out.h"
#include "exporters/text_exporter.h"
#include "investigation/audit_log.h"
#include "investigation/host_facts.h"
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
constexpr std::chrono::milliseconds kInterimSymbolBudget{300};
constexpr std::chrono::milliseconds kSymbolBudget{1500};
constexpr std::chrono::milliseconds kUnwindingPatience{500};

constexpr const char* kContainerNames = "container names";

/// A container may be unknown because its engine did not answer.
Error with_reasons(const Error& error, const std::vector<std::string>& reasons) {
  std::string message = error.message();
  for (const std::string& reason : reasons) {
    message += "\n  " + reason;
  }
  return Error(message, error.error_number());
}

/// The processes that parse files must not starve the report that waits for them.
SymbolWorkerSettings with_share(SymbolWorkerSettings settings) {
  settings.conditions.give_share = [](pid_t pid) {
    static_cast<void>(reserve_cpu(Tid(static_cast<std::uint32_t>(pid)), kParserReservation));
  };
  return settings;
}

}  // namespace

Stages::Stages(const Options& options, std::vector<std::string> arguments)
    : options_(options),
      arguments_(std::move(arguments)),
      queue_(kQueueCapacity),
      syscall_hook_(options.max_overhead_share, 1, options.narrowed()) {
  capture_bpf_log();
  if (reserve_cpu(Tid(0), kReportReservation) == Priority::Unchanged) {
    limits_.add("own priority",
                "no right to reserve CPU time: a starving host may delay the report",
                "run as root");
  }
  static_cast<void>(spare_from_oom_killer());  // a wish, not a need
  SymbolWorkerSettings symbols;
  symbols.conditions.readers = RuntimeWorker::readers(all_runtimes());
  auto worker = SymbolWorker::start(with_share(std::move(symbols)));
  if (worker) {
    symbol_worker_ = std::move(*worker);
  } else {
    limits_.add("symbols", worker.error());
  }
  auto unwind_worker = SymbolWorker::start(with_share(Unwinding::worker_settings()));
  if (unwind_worker) {
    unwind_worker_ = std::move(*unwind_worker);
  } else {
    limits_.add("stacks", unwind_worker.error());
  }
  if (auto locked = lock_memory(); !locked) {
    limits_.add("memory", locked.error());
  }
  if (options_.docker_socket) {
    engine_sockets_ = {.paths = {*options_.docker_socket}, .named_by_user = true};
  }
  ask_engines();

  if (auto kernel = KernelSymbols::read(); kernel) {
    kernel_symbols_ = std::move(*kernel);
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
      kernel_symbols_, symbol_worker_ ? &*symbol_worker_ : nullptr, maps_,
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
    return with_reasons(selected.error(), limits_.reasons_of(kContainerNames));
  }
  selected_ = std::move(selected->roots);
  return Success{};
}

Status Stages::start_observing() {
  const HostFacts host = read_host_facts();
  syscall_hook_ = HookKeeper(options_.max_overhead_share, host.cpus, options_.narrowed());
  ProbeSettings settings =
      choose_probe_settings(options_, containers_->identity(), kernel_symbols_);
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
  const auto wall_clock_start = std::chrono::system_clock::now();
  if (auto started = observer_->start(); !started) {
    return started;
  }
  Window window{.start = wall_clock_start,
                .start_time = observer_->started_at(),
                .frequency_hz = settings.frequency_hz,
                .clock = settings.clock == SamplingClock::Cycles ? "cycles" : "cpu-clock",
                .filtered = options_.narrowed()};
  builder_ = std::make_unique<ProfileBuilder>(host, std::move(window), containers_->identity());
  start_unwinding(settings);
  intake_ = std::make_unique<Intake>(*containers_, processes_, maps_, unwinding_.get(),
                                     runtimes_ ? &runtimes_->runtimes() : nullptr, *builder_);
  // In this order: whoever reads the shared counts of connects first says what they stand for.
  add_syscall_probe(settings);
  add_tcp_state_probe(settings);
  for (const Error& error : observer_->degraded()) {
    limits_.add("life cycle of processes", error);
  }
  audit("begin", {});
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

void Stages::take_engine_answer(bool wait) {
  if (!engines_) {
    return;
  }
  auto answer = wait ? std::optional(engines_->wait()) : engines_->poll();
  if (!answer) {
    return;
  }
  containers_->learn(*answer);
  engines_answer_ = !answer->engines.empty();
  for (const std::string& failure : answer->failures) {
    limits_.add(kContainerNames, failure);
  }
  engines_.reset();
}

void Stages::ask_engines() {
  engines_.emplace(engine_sockets_,
                   [] { static_cast<void>(reserve_cpu(Tid(0), kHelperReservation)); });
}

/// Containers that were born since the engines were asked want names too.
void Stages::ask_about_newborn() {
  if (engines_ || !engines_answer_) {
    return;
  }
  std::set<std::string> undescribed = containers_->undescribed();
  if (!std::ranges::includes(asked_about_, undescribed)) {
    asked_about_ = std::move(undescribed);
    ask_engines();
  }
}

std::chrono::milliseconds Stages::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               observer_->started_at());
}

void Stages::take_in(std::chrono::milliseconds wait) {
  for (Sample& sample : queue_.take(syscall_hook_.due_in(wait))) {
    intake_->accept(std::move(sample));
  }
  syscall_hook_.step(*observer_, *intake_, limits_);
  intake_->settle();
}

void Stages::look_around() {
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

ProfileSources Stages::sources(std::chrono::milliseconds symbol_budget) {
  const KernelTime deadline = std::chrono::steady_clock::now() + symbol_budget;
  ProfileSources sources;
  sources.container_of = [this](CgroupId v2, CgroupId v1) { return containers_->find(v2, v1); };
  sources.process_of = [this](ProcessKey key) {
    const ProcessFacts* facts = processes_.find(key);
    return facts == nullptr ? std::nullopt : std::optional(*facts);
  };
  sources.process_of_pid = [this](Pid pid) {
    const ProcessFacts* facts = processes_.find(pid);
    return facts == nullptr ? std::nullopt : std::optional(*facts);
  };
  sources.resolve = [this, deadline](std::span<const StackOfProcess> stacks) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    return symbolizer_->resolve(stacks, std::max(left, std::chrono::milliseconds(0)));
  };
  sources.own_pids = {Pid(static_cast<std::uint32_t>(::getpid()))};
  sources.until = std::chrono::steady_clock::now();
  return sources;
}

RunFacts Stages::run_facts(const Profile& profile, bool interrupted) {
  RunFacts facts{.version = std::string(culprit_version()),
                 .arguments = arguments_,
                 .limits = limits_.all(),
                 .overhead = cost_.overhead(),
                 .interrupted = interrupted};
  if (auto partial = syscall_hook_.partial_view(profile.syscalls_observed_share); partial) {
    facts.limits.push_back(std::move(*partial));
  }
  if (auto compat = compat_limit(profile); compat) {
    facts.limits.push_back(std::move(*compat));
  }
  for (ProbeHook& hook : observer_->hooks()) {
    facts.hooks.push_back({.question = std::move(hook.question),
                           .hook = std::move(hook.hook),
                           .fallback_of = std::move(hook.fallback_of)});
  }
  return facts;
}

Report Stages::judge(std::chrono::milliseconds symbol_budget, bool interrupted) {
  Profile profile = builder_->build(sources(symbol_budget));
  for (const LossCount& loss : symbolizer_->take_losses(std::chrono::steady_clock::now())) {
    profile.lost[loss.cause] += loss.count;
  }
  for (const std::string& limit : symbolizer_->limits()) {
    limits_.add("names", limit);
  }
  if (runtimes_ != nullptr) {
    for (const std::string& limit : runtimes_->runtimes().limits()) {
      limits_.add("names", limit);
    }
  }
  auto findings = run_detectors(profile);
  auto ruled_out = rule_out(profile, findings);
  RunFacts facts = run_facts(profile, interrupted);
  return build_report(std::move(profile), std::move(findings), std::move(ruled_out),
                      std::move(facts), {.min_confidence = options_.min_confidence});
}

std::string Stages::interim_verdict() {
  return interim_line(judge(kInterimSymbolBudget, /*interrupted=*/false));
}

Report Stages::finish(bool interrupted) {
  cost_.sampling_ends(*observer_, unwinding_ == nullptr ? 0 : unwinding_->table_bytes());
  observer_->stop();
  while (!queue_.finished()) {
    take_in(std::chrono::milliseconds(0));
  }
  intake_->finish(kUnwindingPatience);
  take_engine_answer(/*wait=*/true);
  ask_about_newborn();
  take_engine_answer(/*wait=*/true);
  tell_of_ended();
  Report report = judge(kSymbolBudget, interrupted);
  // The helpers end, and what they cost is known.
  symbolizer_.reset();
  symbol_worker_.reset();
  intake_.reset();
  runtimes_.reset();
  unwinding_.reset();
  cost_.finish();
  report.run.overhead = cost_.overhead();
  audit("end", report.verdict.headline);
  return report;
}

void Stages::audit(const char* event, const std::string& outcome) const {
  std::vector<std::string> hooks;
  for (const ProbeHook& hook : observer_->hooks()) {
    hooks.push_back(hook.hook);
  }
  // The log may be on a full or read-only disk; that must not cost the report.
  static_cast<void>(append_to_audit_log(
      {.event = event, .arguments = arguments_, .hooks = std::move(hooks), .outcome = outcome}));
}

}  // namespace culprit
