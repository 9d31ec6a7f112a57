// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace culprit {

/// Which second choices are taken though the kernel offers the first: by tests, so that every rung
/// of every ladder is tested wherever the kernel allows it.
struct ForcedRungs {
  bool raw_tracepoints = false;  ///< not the typed ones
  bool untyped_tasks = false;    ///< no helper that hands over a typed task: user registers are
                                 ///< not to be had inside the kernel
  bool kernel_walker = false;    ///< user stacks by the kernel, as on kernels that would freeze

  bool operator==(const ForcedRungs&) const = default;
};

/// One name that --force-rung takes.
struct RungName {
  std::string_view name;
  bool ForcedRungs::*flag;
};

std::span<const RungName> rung_names();

}  // namespace culprit
