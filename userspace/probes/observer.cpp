// SPDX-License-Identifier: Apache-2.0
#include "probes/observer.h"

#include <exception>
#include <map>
#include <span>
#include <utility>

#include "samples/decode.h"

namespace culprit {
namespace {

constexpr std::chrono::milliseconds kDrainEvery{100};
constexpr std::chrono::seconds kCountersEvery{1};
/// Executions wake the thread. It rests after it has drained the rings, so that a storm of them
/// wakes it some seventy times a second; not when it brought so much that the rings may fill.
constexpr std::chrono::milliseconds kRest{14};
constexpr std::size_t kRestlessBytes = std::size_t{128} * 1024;

/// Collects what one round brings.
class BatchSink : public SampleSink {
 public:
  explicit BatchSink(std::vector<Sample>& batch) : batch_(batch) {}
  void accept(Sample sample) override { batch_.push_back(std::move(sample)); }

 private:
  std::vector<Sample>& batch_;
};

}  // namespace

Result<std::unique_ptr<Observer>> Observer::open(const ProbeSettings& settings,
                                                 SampleQueue& queue) {
  std::unique_ptr<Observer> observer(new Observer(queue));
  if (settings.maps_on_demand) {
    observer->shared_maps_.allocate_on_demand();
  }
  auto sampler = CpuSamplerProbe::open(settings, observer->shared_maps_);
  if (!sampler) {
    return std::move(sampler).error();
  }
  observer->samples_ring_ = (*sampler)->samples_ring();
  observer->probes_.push_back(std::move(*sampler));
  if (auto lifecycle = ProcessLifecycleProbe::open(settings, observer->shared_maps_); lifecycle) {
    observer->probes_.push_back(std::move(*lifecycle));
  } else {
    observer->degraded_.push_back(std::move(lifecycle).error());
  }
  if (auto mappings = ExecutableMappings::open(); mappings) {
    observer->mappings_ = std::move(*mappings);
  } else {
    observer->degraded_.push_back(std::move(mappings).error());
  }
  observer->losses_ = std::make_unique<LossCounters>(observer->shared_maps_);
  if (auto rings = observer->open_rings(); !rings) {
    return std::move(rings).error();
  }
  return observer;
}

Observer::~Observer() {
  stop();
}

Status Observer::open_rings() {
  auto rings = RingBufferReader::open();
  if (!rings) {
    return std::move(rings).error();
  }
  rings_ = std::move(*rings);
  const auto decode = [this](std::span<const std::byte> record) {
    BatchSink sink(batch_);
    drained_bytes_ += record.size();
    if (!decode_record(record, sink)) {
      sink.accept(LossCount{.until = {}, .cause = "record_malformed", .cgroup = {}, .count = 1});
    }
  };
  if (auto samples = rings_->add(samples_ring_, decode); !samples) {
    return samples;
  }
  const int events = shared_maps_.descriptor("events");
  return events < 0 ? Status(Success{}) : rings_->add(events, decode);
}

Status Observer::want(std::span<const CgroupId> cgroups) {
  for (const CgroupId cgroup : cgroups) {
    if (auto added = shared_maps_.add_key("wanted_cgroups", cgroup.value()); !added) {
      return added;
    }
  }
  return Success{};
}

Status Observer::start() {
  if (mappings_ != nullptr) {
    if (auto enabled = mappings_->enable(); !enabled) {
      degraded_.push_back(std::move(enabled).error());
    }
  }
  // The sampler is the first of them: without it there is nothing to do.
  started_at_ = std::chrono::steady_clock::now();
  if (auto attached = probes_.front()->attach(); !attached) {
    return attached;
  }
  for (std::size_t index = 1; index < probes_.size(); ++index) {
    if (auto attached = probes_[index]->attach(); !attached) {
      degraded_.push_back(std::move(attached).error());
    }
  }
  thread_ = std::thread([this] { run_guarded(); });
  return Success{};
}

Status Observer::add(std::unique_ptr<Probe> probe) {
  if (auto attached = probe->attach(); !attached) {
    return attached;
  }
  const std::lock_guard lock(mutex_);
  probes_.push_back(std::move(probe));
  return Success{};
}

void Observer::add_counters(CounterSource source) {
  const std::lock_guard lock(mutex_);
  sources_.push_back(std::move(source));
}

void Observer::stop() {
  stopping_ = true;
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Observer::drain(std::chrono::milliseconds timeout) {
  if (const auto polled = rings_->poll(timeout); !polled) {
    batch_.emplace_back(
        LossCount{.until = {}, .cause = "ring_unreadable", .cgroup = {}, .count = 1});
  }
  if (mappings_ != nullptr) {
    BatchSink sink(batch_);
    mappings_->drain(sink);
  }
  if (!batch_.empty()) {
    queue_.push(std::exchange(batch_, {}));
  }
}

void Observer::read_counters(Reading reading) {
  const KernelTime now = std::chrono::steady_clock::now();
  const std::vector<int> programs = program_descriptors();
  BatchSink sink(batch_);
  const std::lock_guard lock(mutex_);
  for (const auto& probe : probes_) {
    probe->read_counters(now, sink);
  }
  for (const CounterSource& source : sources_) {
    source(now, reading, sink);
  }
  losses_->read(now, programs, sink);
}

/// What a library throws here (no memory left) ends the observation, not the program: what was seen
/// until then is reported.
void Observer::run_guarded() {
  try {
    run();
  } catch (const std::exception&) {
    queue_.push({LossCount{.until = {}, .cause = "observer_failed", .cgroup = {}, .count = 1}});
    queue_.close();
  }
}

void Observer::run() {
  priority_ = reserve_cpu(Tid(0), kReaderReservation);
  read_counters(Reading::First);
  KernelTime counters_due = started_at_ + kCountersEvery;
  while (!stopping_) {
    drained_bytes_ = 0;
    drain(kDrainEvery);
    if (drained_bytes_ > 0 && drained_bytes_ < kRestlessBytes) {
      std::this_thread::sleep_for(kRest);
    }
    if (std::chrono::steady_clock::now() >= counters_due) {
      counters_due += kCountersEvery;
      read_counters(Reading::Regular);
    }
  }
  read_counters(Reading::Last);
  {
    const std::lock_guard lock(mutex_);
    for (const auto& probe : probes_) {
      probe->detach();
    }
  }
  drain(std::chrono::milliseconds(0));
  queue_.close();
}

std::vector<ProbeHook> Observer::hooks() {
  const std::lock_guard lock(mutex_);
  std::vector<ProbeHook> hooks;
  for (const auto& probe : probes_) {
    hooks.push_back(probe->hook());
  }
  return hooks;
}

std::vector<int> Observer::program_descriptors() {
  const std::lock_guard lock(mutex_);
  std::vector<int> descriptors;
  for (const auto& probe : probes_) {
    const auto own = probe->program_descriptors();
    descriptors.insert(descriptors.end(), own.begin(), own.end());
  }
  return descriptors;
}

std::uint64_t Observer::map_memory_bytes() {
  const std::lock_guard lock(mutex_);
  std::map<std::uint32_t, std::uint64_t> bytes_of_maps;
  for (const auto& probe : probes_) {
    for (const int map : probe->map_descriptors()) {
      const MapMemory memory = map_memory(map);
      bytes_of_maps[memory.id] = memory.bytes;
    }
  }
  std::uint64_t bytes = 0;
  for (const auto& entry : bytes_of_maps) {
    bytes += entry.second;
  }
  return bytes;
}

std::chrono::nanoseconds Observer::program_run_time() {
  std::chrono::nanoseconds sum{0};
  for (const int program : program_descriptors()) {
    if (const auto statistics = program_statistics(program); statistics) {
      sum += std::chrono::nanoseconds(statistics->run_time_ns);
    }
  }
  return sum;
}

ProgramStatistics Observer::statistics_of(std::string_view program_name) {
  // Asked for many times a second; a program keeps its descriptor until the observer ends.
  const auto known = asked_programs_.find(program_name);
  if (known != asked_programs_.end()) {
    return program_statistics(known->second).value_or(ProgramStatistics());
  }
  for (const int program : program_descriptors()) {
    auto statistics = program_statistics(program);
    if (statistics && statistics->name == program_name) {
      asked_programs_.emplace(program_name, program);
      return std::move(*statistics);
    }
  }
  return {};
}

}  // namespace culprit
