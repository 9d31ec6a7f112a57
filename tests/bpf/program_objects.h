// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <memory>
#include <string>
#include <vector>

namespace culprit {

struct CloseObject {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using ProgramObject = std::unique_ptr<bpf_object, CloseObject>;

/// The names of all BPF objects that ship.
std::vector<std::string> object_names();

/// Opens one of them, not loaded; null when there is none of this name.
ProgramObject open_object(const std::string& name);

}  // namespace culprit
