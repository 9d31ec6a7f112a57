// SPDX-License-Identifier: Apache-2.0
// Any bytes as a record of a BPF ring and of the kernel's perf ring. What is refused must give
// nothing, and what is understood must stay within the bounds of the ABI.
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "abi/stack.h"
#include "samples/decode.h"

namespace {

class Collector : public culprit::SampleSink {
 public:
  void accept(culprit::Sample sample) override { samples.push_back(std::move(sample)); }

  std::vector<culprit::Sample> samples;
};

void check(const culprit::Status& status, const Collector& collector) {
  if (!status && !collector.samples.empty()) {
    __builtin_trap();
  }
  for (const culprit::Sample& sample : collector.samples) {
    const auto* stack = std::get_if<culprit::RawStack>(&sample);
    if (stack != nullptr && stack->frames.size() > CULPRIT_MAX_FRAMES) {
      __builtin_trap();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto record = std::as_bytes(std::span(data, size));
  Collector from_bpf;
  check(culprit::decode_record(record, from_bpf), from_bpf);
  Collector from_perf;
  check(culprit::decode_perf_record(record, from_perf), from_perf);
  return 0;
}
