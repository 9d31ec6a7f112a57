// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detectors/finding.h"

namespace culprit {

/// Memory that is not enough: reclaim and page faults, or a garbage collector that finds nothing.
class MemoryThrashDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

/// CPU that is spent on handing locks around.
class LockContentionDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

/// The kernel's own threads and interrupts, as long as nobody's behaviour explains them: see
/// unexplained_kernel_work().
class KernelWorkDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

/// A host whose CPUs are taken away by its hypervisor, or are too few for what is asked of it
/// although nobody asks for much.
class CpuStarvedDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

/// Whether `finding` says that the host has too few CPUs, and not that they are taken away.
bool is_too_small_host(const Finding& finding);

}  // namespace culprit
