// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "runtimes/runtime.h"
#include "runtimes/runtime_worker.h"
#include "symbols/mount_types.h"

namespace culprit {

/// Names of code made at run time, for which no runtime is known here, from the files that its
/// maker writes for profilers: /tmp/perf-PID.map (of the innermost pid namespace, below the
/// process's root), or a mapped jit-PID.dump. Read anew each time, for they grow. Main thread only.
class JitNames {
 public:
  /// `maps` outlives this. `proc` is where processes are looked up.
  JitNames(RuntimeWorker worker, const ProcessMaps& maps, std::string proc = "/proc");

  /// Reads the names of addresses of a living process, if it wrote any, before `deadline`.
  void prepare(const AddressSpaceKey& space, std::vector<std::uint64_t> addresses,
               KernelTime deadline);

  /// None: not known.
  [[nodiscard]] FrameNames names(const RawFrame& frame, const AddressSpaceKey& space) const;

 private:
  [[nodiscard]] UniqueFd open_dump(const AddressSpaceKey& space) const;
  UniqueFd open_map(const AddressSpaceKey& space);

  RuntimeWorker worker_;
  const ProcessMaps& maps_;
  std::string proc_;
  MountTypes mounts_;
  std::map<std::pair<AddressSpaceKey, std::uint64_t>, ResolvedFrame> names_;
};

}  // namespace culprit
