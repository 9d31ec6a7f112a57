// SPDX-License-Identifier: Apache-2.0
#include "probes/process_lifecycle_probe.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <utility>

#include "kernel/loaded_object.h"
#include "kernel/open_skeleton.h"
#include "kernel/shared_maps.h"
#include "process_lifecycle.skel.h"

namespace culprit {

ProcessLifecycleProbe::ProcessLifecycleProbe(SkeletonHandle<process_lifecycle> skeleton)
    : skeleton_(std::move(skeleton)) {}

ProcessLifecycleProbe::~ProcessLifecycleProbe() = default;

Result<std::unique_ptr<ProcessLifecycleProbe>> ProcessLifecycleProbe::open(
    const ProbeSettings& settings, SharedMaps& shared_maps) {
  auto skeleton = open_skeleton<process_lifecycle>(settings.btf_file);
  if (skeleton == nullptr) {
    return Error::from_errno("open the process life-cycle programs", errno);
  }
  skeleton->rodata->settings = settings.programs;
  if (auto loaded = load_object(skeleton->obj, shared_maps, "process_lifecycle"); !loaded) {
    return std::move(loaded).error();
  }
  return std::unique_ptr<ProcessLifecycleProbe>(new ProcessLifecycleProbe(std::move(skeleton)));
}

ProbeHook ProcessLifecycleProbe::hook() const {
  return {.question = "process and cgroup life cycle",
          .hook = "raw_tp sched_process_*, cgroup_mkdir, cgroup_rmdir",
          .fallback_of = ""};
}

Status ProcessLifecycleProbe::attach() {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton_->obj) {
    Link link(bpf_program__attach(program));
    if (link == nullptr) {
      const int error = errno;
      detach();
      return Error::from_errno(std::string("attach ") + bpf_program__name(program), error);
    }
    links_.push_back(std::move(link));
  }
  return Success{};
}

void ProcessLifecycleProbe::detach() {
  links_.clear();
}

void ProcessLifecycleProbe::read_counters(KernelTime /*now*/, SampleSink& /*sink*/) {}

std::vector<int> ProcessLifecycleProbe::program_descriptors() const {
  return program_descriptors_of(skeleton_->obj);
}

std::vector<int> ProcessLifecycleProbe::map_descriptors() const {
  return map_descriptors_of(skeleton_->obj);
}

}  // namespace culprit
