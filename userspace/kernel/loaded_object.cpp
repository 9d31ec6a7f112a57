// SPDX-License-Identifier: Apache-2.0
#include "kernel/loaded_object.h"

#include <bpf/libbpf.h>

#include "kernel/bpf_log.h"
#include "kernel/shared_maps.h"

namespace culprit {

Status load_object(bpf_object* object, SharedMaps& shared_maps, const std::string& name) {
  if (auto shared = shared_maps.before_load(object); !shared) {
    return std::move(shared).error().within("load " + name);
  }
  if (const int error = bpf_object__load(object); error != 0) {
    Error failure = Error::from_errno("load the BPF program " + name, error);
    const std::string log = take_bpf_log();
    return log.empty() ? failure : Error(failure.message() + "\n" + log, failure.error_number());
  }
  return shared_maps.after_load(object);
}

std::vector<int> program_descriptors_of(const bpf_object* object) {
  std::vector<int> descriptors;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    if (bpf_program__fd(program) >= 0) {
      descriptors.push_back(bpf_program__fd(program));
    }
  }
  return descriptors;
}

std::vector<int> map_descriptors_of(const bpf_object* object) {
  std::vector<int> descriptors;
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (bpf_map__fd(map) >= 0) {
      descriptors.push_back(bpf_map__fd(map));
    }
  }
  return descriptors;
}

}  // namespace culprit
