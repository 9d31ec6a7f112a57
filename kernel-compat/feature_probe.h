// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/result.h"
#include "feature_table.h"
#include "kernel_btf.h"

namespace culprit {

/// Asks the running kernel, by trying; never by its version, with the one exception that
/// freezing_kernels.h explains. Needs the rights that observing needs.
bool kernel_has(KernelFeature feature);

/// Fails with one clear sentence when this host cannot be observed at all: no rights, no BTF, no
/// perf events. The sentence says what to do.
/// `btf`: where the kernel's description was found.
Status can_observe(const Result<KernelBtf>& btf);

}  // namespace culprit
