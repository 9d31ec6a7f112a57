// SPDX-License-Identifier: Apache-2.0
// Any bytes as a recording, up to the profile that is made of it.
#include <cstddef>
#include <cstdint>
#include <span>

#include "aggregation/profile_builder.h"
#include "capture/recording.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto recording = culprit::Recording::from_bytes(std::as_bytes(std::span(data, size)));
  if (!recording) {
    if (recording.error().message().empty()) {
      __builtin_trap();
    }
    return 0;
  }
  culprit::ProfileBuilder builder(recording->head().host, recording->head().window,
                                  recording->head().events);
  if (recording->replay({}, builder)) {
    const culprit::Profile profile = builder.build(recording->sources());
    if (profile.workloads.empty() && profile.samples > 0) {
      __builtin_trap();
    }
  }
  return 0;
}
