// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"
#include "samples/sample.h"

namespace culprit {

/// Turns one record of a BPF ring (bpf/abi/record.h) into samples: a CPU sample is preceded by its
/// RawStack when the record carries the frames. A record that is not as the ABI says is an error
/// and gives nothing. Pure; any thread.
Status decode_record(std::span<const std::byte> record, SampleSink& sink);

/// Turns one record of the kernel's perf ring (PERF_RECORD_MMAP2 with TID and TIME appended, or
/// PERF_RECORD_LOST) into an ExecutableMapping or a LossCount; other types give nothing.
Status decode_perf_record(std::span<const std::byte> record, SampleSink& sink);

}  // namespace culprit
