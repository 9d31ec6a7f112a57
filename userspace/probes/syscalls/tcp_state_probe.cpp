// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/tcp_state_probe.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "abi/connecting_socket.h"
#include "kernel/bpf_map_reader.h"
#include "kernel/loaded_object.h"
#include "kernel/open_skeleton.h"
#include "kernel/shared_maps.h"
#include "tcp_states.skel.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;

constexpr auto kSweepEvery = 30s;
/// With the largest number of repeated SYNs that anybody sets the kernel gives up after 8 minutes;
/// what is older has lost its end, for the kernel skipped the program.
constexpr auto kLongestAttempt = 10min;

}  // namespace

TcpStateProbe::TcpStateProbe(SkeletonHandle<tcp_states> skeleton, const SharedMaps& shared_maps)
    : skeleton_(std::move(skeleton)),
      raw_(bpf_program__fd(skeleton_->progs.on_tcp_outcome_raw) >= 0),
      connects_(shared_maps.descriptor("connects"), shared_maps.descriptor("names")) {}

TcpStateProbe::~TcpStateProbe() = default;

Result<std::unique_ptr<TcpStateProbe>> TcpStateProbe::open(const ProbeSettings& settings,
                                                           SharedMaps& shared_maps) {
  auto skeleton = open_skeleton<tcp_states>(settings.btf_file);
  if (skeleton == nullptr) {
    return Error::from_errno("open the TCP state program", errno);
  }
  skeleton->rodata->settings = settings.programs;
  const bool raw = settings.raw_tracepoints;
  bpf_program__set_autoload(skeleton->progs.on_tcp_attempt, !raw);
  bpf_program__set_autoload(skeleton->progs.on_tcp_outcome, !raw);
  bpf_program__set_autoload(skeleton->progs.on_tcp_attempt_raw, raw);
  bpf_program__set_autoload(skeleton->progs.on_tcp_outcome_raw, raw);
  if (auto loaded = load_object(skeleton->obj, shared_maps, "tcp_states"); !loaded) {
    return std::move(loaded).error();
  }
  return std::unique_ptr<TcpStateProbe>(new TcpStateProbe(std::move(skeleton), shared_maps));
}

ProbeHook TcpStateProbe::hook() const {
  return {.question = "outcomes of connections",
          .hook = raw_ ? "raw_tp inet_sock_set_state" : "tp_btf inet_sock_set_state",
          .fallback_of = raw_ ? "tp_btf inet_sock_set_state" : ""};
}

Status TcpStateProbe::attach() {
  // Outcomes first, so that no attempt is seen whose end is not.
  for (const bpf_program* program :
       {raw_ ? skeleton_->progs.on_tcp_outcome_raw : skeleton_->progs.on_tcp_outcome,
        raw_ ? skeleton_->progs.on_tcp_attempt_raw : skeleton_->progs.on_tcp_attempt}) {
    Link link(bpf_program__attach(program));
    if (link == nullptr) {
      const int error = errno;
      detach();
      return Error::from_errno("attach to inet_sock_set_state", error);
    }
    links_.push_back(std::move(link));
  }
  return Success{};
}

void TcpStateProbe::detach() {
  links_.clear();
}

void TcpStateProbe::forget_stale_attempts(KernelTime now) {
  const int map = bpf_map__fd(skeleton_->maps.connecting_sockets);
  std::vector<std::uint64_t> stale;
  const BpfMapReader<std::uint64_t, culprit_connecting_socket> sockets(map);
  const auto read = sockets.for_each([&](std::uint64_t socket, const auto& origin) {
    if (from_ktime_ns(origin.since_ns) + kLongestAttempt < now) {
      stale.push_back(socket);
    }
  });
  if (!read) {
    return;  // tried again with the next sweep
  }
  for (const std::uint64_t socket : stale) {
    bpf_map_delete_elem(map, &socket);
  }
}

void TcpStateProbe::read_counters(KernelTime now, SampleSink& sink) {
  if (!connects_.read(now, sink)) {
    sink.accept(LossCount{.until = now, .cause = "connects_unreadable", .cgroup = {}, .count = 1});
  }
  if (now >= sweep_due_) {
    sweep_due_ = now + kSweepEvery;
    forget_stale_attempts(now);
  }
}

std::vector<int> TcpStateProbe::program_descriptors() const {
  return program_descriptors_of(skeleton_->obj);
}

std::vector<int> TcpStateProbe::map_descriptors() const {
  return map_descriptors_of(skeleton_->obj);
}

}  // namespace culprit
