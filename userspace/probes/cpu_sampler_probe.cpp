// SPDX-License-Identifier: Apache-2.0
#include "probes/cpu_sampler_probe.h"

#include <bpf/bpf.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

#include "abi/cpu_sample.h"
#include "cpu_sampler.skel.h"
#include "kernel/bpf_map_reader.h"
#include "kernel/loaded_object.h"
#include "kernel/open_skeleton.h"
#include "kernel/shared_maps.h"
#include "probes/idle_time.h"

namespace culprit {
namespace {

/// Two seconds of samples with stacks of 60 frames, and half a second of copied stacks (those of
/// processes met for the first time); a power of two between 1 and 32 MiB.
std::uint32_t ring_bytes(std::size_t cpus, double frequency_hz) {
  constexpr double kBytesOfTick = 2 * 1120 + 0.5 * 16600;
  const double wanted = kBytesOfTick * frequency_hz * static_cast<double>(cpus);
  const auto bytes = static_cast<std::uint32_t>(std::clamp(wanted, 1048576.0, 33554432.0));
  return std::bit_ceil(bytes);
}

bool no_such_hardware(int error_number) {
  return error_number == ENOENT || error_number == EOPNOTSUPP || error_number == ENODEV ||
         error_number == ENXIO;
}

}  // namespace

CpuSamplerProbe::CpuSamplerProbe(SkeletonHandle<cpu_sampler> skeleton, ProbeSettings settings,
                                 std::vector<CpuId> cpus)
    : skeleton_(std::move(skeleton)),
      settings_(settings),
      cpus_(std::move(cpus)),
      clock_(settings.clock) {}

CpuSamplerProbe::~CpuSamplerProbe() = default;

Result<std::unique_ptr<CpuSamplerProbe>> CpuSamplerProbe::open(const ProbeSettings& settings,
                                                               SharedMaps& shared_maps) {
  auto cpus = online_cpus();
  if (!cpus) {
    return std::move(cpus).error();
  }
  auto skeleton = open_skeleton<cpu_sampler>(settings.btf_file);
  if (skeleton == nullptr) {
    return Error::from_errno("open the CPU sampler", errno);
  }
  skeleton->rodata->settings = settings.programs;
  bpf_map__set_max_entries(skeleton->maps.samples, ring_bytes(cpus->size(), settings.frequency_hz));
  if (auto loaded = load_object(skeleton->obj, shared_maps, "cpu_sampler"); !loaded) {
    return std::move(loaded).error();
  }
  return std::unique_ptr<CpuSamplerProbe>(
      new CpuSamplerProbe(std::move(skeleton), settings, std::move(*cpus)));
}

ProbeHook CpuSamplerProbe::hook() const {
  const bool degraded = clock_ != settings_.clock;
  return {.question = "cpu samples",
          .hook = clock_ == SamplingClock::Cycles ? "perf_event cycles" : "perf_event cpu-clock",
          .fallback_of = degraded ? "perf_event cycles" : ""};
}

Status CpuSamplerProbe::attach_to(CpuId cpu, SamplingClock clock) {
  auto event = open_sampling_event(cpu, clock, settings_.frequency_hz);
  if (!event) {
    return std::move(event).error();
  }
  // libbpf takes the descriptor over and enables the event.
  Link link(bpf_program__attach_perf_event(skeleton_->progs.on_tick, event->get()));
  if (link == nullptr) {
    return Error::from_errno("attach the CPU sampler", errno);
  }
  static_cast<void>(event->release());
  links_.push_back(std::move(link));
  attached_at_.push_back(std::chrono::steady_clock::now());
  return Success{};
}

Status CpuSamplerProbe::attach() {
  without_work_at_start_ = time_without_work().value_or(std::chrono::nanoseconds{0});
  for (const CpuId cpu : cpus_) {
    auto attached = attach_to(cpu, clock_);
    if (!attached && clock_ == SamplingClock::Cycles &&
        no_such_hardware(attached.error().error_number())) {
      clock_ = SamplingClock::CpuClock;
      attached = attach_to(cpu, clock_);
    }
    if (!attached) {
      detach();
      return std::move(attached).error();
    }
  }
  return Success{};
}

void CpuSamplerProbe::detach() {
  links_.clear();
}

/// Kernels that park idle CPUs do not tick there: the idle time says what could not have come.
std::uint64_t CpuSamplerProbe::idle_ticks(std::uint64_t counted) const {
  const auto without_work = time_without_work();
  if (!without_work || *without_work < without_work_at_start_) {
    return counted;
  }
  const double seconds = seconds_of(*without_work - without_work_at_start_);
  return std::max(counted, static_cast<std::uint64_t>(seconds * settings_.frequency_hz));
}

/// The first tick of a CPU comes one period after its event was enabled.
std::uint64_t CpuSamplerProbe::expected_ticks(KernelTime now) const {
  std::uint64_t ticks = 0;
  for (const KernelTime attached : attached_at_) {
    ticks += static_cast<std::uint64_t>(seconds_of(now - attached) * settings_.frequency_hz);
  }
  return ticks;
}

void CpuSamplerProbe::read_counters(KernelTime now, SampleSink& sink) {
  const auto ticks = read_per_cpu_counters(bpf_map__fd(skeleton_->maps.ticks), CULPRIT_TICK_COUNT);
  if (ticks.empty()) {
    return;
  }
  SamplerTicks totals{.until = now,
                      .expected = expected_ticks(now),
                      .idle = idle_ticks(ticks[CULPRIT_TICK_IDLE]) + ticks[CULPRIT_TICK_FILTERED],
                      .delivered = ticks[CULPRIT_TICK_DELIVERED]};
  sink.accept(SamplerTicks{.until = now,
                           .expected = totals.expected - reported_.expected,
                           .idle = totals.idle - reported_.idle,
                           .delivered = totals.delivered - reported_.delivered});
  reported_ = totals;
}

std::vector<int> CpuSamplerProbe::program_descriptors() const {
  return program_descriptors_of(skeleton_->obj);
}

std::vector<int> CpuSamplerProbe::map_descriptors() const {
  return map_descriptors_of(skeleton_->obj);
}

int CpuSamplerProbe::samples_ring() const {
  return bpf_map__fd(skeleton_->maps.samples);
}

}  // namespace culprit
