// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

struct bpf_object;

namespace culprit {

class SharedMaps;

/// Loads an open BPF object that shares maps with others. The error carries the verifier's last
/// words when it was the verifier who refused.
Status load_object(bpf_object* object, SharedMaps& shared_maps, const std::string& name);

std::vector<int> program_descriptors_of(const bpf_object* object);
std::vector<int> map_descriptors_of(const bpf_object* object);

}  // namespace culprit
