// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <string>

#include "kernel/bpf_handles.h"

namespace culprit {

/// Opens a BPF object that is fitted to the kernel which `btf_file` describes; empty: the kernel
/// describes itself. Null with errno on failure.
template <typename Skeleton>
SkeletonHandle<Skeleton> open_skeleton(const std::string& btf_file) {
  bpf_object_open_opts options{};
  options.sz = sizeof(options);
  options.btf_custom_path = btf_file.empty() ? nullptr : btf_file.c_str();
  return SkeletonHandle<Skeleton>(Skeleton::open(&options));
}

}  // namespace culprit
