// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/syscall_probe.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <utility>

// Before the skeleton, which names the structs of both.
#include "abi/settings.h"
#include "abi/syscall_control.h"
#include "kernel/loaded_object.h"
#include "kernel/open_skeleton.h"
#include "kernel/shared_maps.h"
#include "syscall_exit.skel.h"

namespace culprit {
namespace {

void report(const Status& read, std::string_view cause, KernelTime now, SampleSink& sink) {
  if (!read) {
    sink.accept(LossCount{.until = now, .cause = std::string(cause), .cgroup = {}, .count = 1});
  }
}

}  // namespace

SyscallProbe::SyscallProbe(SkeletonHandle<syscall_exit> skeleton, MappedControl control,
                           const SharedMaps& shared_maps)
    : skeleton_(std::move(skeleton)),
      raw_(bpf_program__fd(skeleton_->progs.on_sys_exit_raw) >= 0),
      control_(std::move(control)),
      counts_(bpf_map__fd(skeleton_->maps.syscall_counts)),
      connects_(shared_maps.descriptor("connects"), shared_maps.descriptor("names")),
      exchanges_(bpf_map__fd(skeleton_->maps.exchanges), shared_maps.descriptor("names")),
      writes_(bpf_map__fd(skeleton_->maps.writes), shared_maps.descriptor("names")) {}

SyscallProbe::~SyscallProbe() = default;

Result<std::unique_ptr<SyscallProbe>> SyscallProbe::open(const ProbeSettings& settings,
                                                         SharedMaps& shared_maps) {
  auto skeleton = open_skeleton<syscall_exit>(settings.btf_file);
  if (skeleton == nullptr) {
    return Error::from_errno("open the syscall program", errno);
  }
  skeleton->rodata->settings = settings.programs;
  bpf_program__set_autoload(skeleton->progs.on_sys_exit, !settings.raw_tracepoints);
  bpf_program__set_autoload(skeleton->progs.on_sys_exit_raw, settings.raw_tracepoints);
  if (auto loaded = load_object(skeleton->obj, shared_maps, "syscall_exit"); !loaded) {
    return std::move(loaded).error();
  }
  auto control = MappedControl::open(bpf_map__fd(skeleton->maps.data_control));
  if (!control) {
    return std::move(control).error();
  }
  return std::unique_ptr<SyscallProbe>(
      new SyscallProbe(std::move(skeleton), std::move(*control), shared_maps));
}

ProbeHook SyscallProbe::hook() const {
  return {.question = "system calls, writes and exchanges",
          .hook = raw_ ? "raw_tp sys_exit" : "tp_btf sys_exit",
          .fallback_of = raw_ ? "tp_btf sys_exit" : ""};
}

Status SyscallProbe::attach() {
  Link link(
      bpf_program__attach(raw_ ? skeleton_->progs.on_sys_exit_raw : skeleton_->progs.on_sys_exit));
  if (link == nullptr) {
    return Error::from_errno("attach to sys_exit", errno);
  }
  const std::lock_guard lock(mutex_);
  link_ = std::move(link);
  attached_time_.attached(std::chrono::steady_clock::now());
  return Success{};
}

void SyscallProbe::detach() {
  const std::lock_guard lock(mutex_);
  if (link_ != nullptr) {
    attached_time_.detached(std::chrono::steady_clock::now());
    link_.reset();
  }
}

void SyscallProbe::read_counters(KernelTime now, SampleSink& sink) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto coverage = attached_time_.take(now); coverage) {
      sink.accept(*coverage);
    }
  }
  // Files first: their paths are to be had only while their processes live.
  report(writes_.read(now, sink), "writes_unreadable", now, sink);
  report(counts_.read(now, sink), "syscall_counts_unreadable", now, sink);
  report(connects_.read(now, sink), "connects_unreadable", now, sink);
  report(exchanges_.read(now, sink), "exchanges_unreadable", now, sink);
}

std::vector<int> SyscallProbe::program_descriptors() const {
  return program_descriptors_of(skeleton_->obj);
}

std::vector<int> SyscallProbe::map_descriptors() const {
  return map_descriptors_of(skeleton_->obj);
}

Status SyscallProbe::narrow_to(std::span<const CgroupId> cgroups) {
  const int map = bpf_map__fd(skeleton_->maps.narrowed_cgroups);
  std::uint64_t cgroup = 0;
  while (bpf_map_get_next_key(map, nullptr, &cgroup) == 0) {
    if (bpf_map_delete_elem(map, &cgroup) != 0) {
      break;
    }
  }
  if (cgroups.empty()) {
    return Success{};
  }
  const std::uint8_t chosen = 1;
  for (const CgroupId id :
       cgroups.first(std::min<std::size_t>(cgroups.size(), CULPRIT_NARROWED_CGROUPS))) {
    cgroup = id.value();
    if (const int error = bpf_map_update_elem(map, &cgroup, &chosen, BPF_ANY); error != 0) {
      return Error::from_errno("narrow the syscall program to the busiest containers", error);
    }
  }
  control_.set_narrowed(true);
  return Success{};
}

}  // namespace culprit
