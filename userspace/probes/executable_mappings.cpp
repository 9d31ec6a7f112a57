// SPDX-License-Identifier: Apache-2.0
#include "probes/executable_mappings.h"

#include <span>
#include <utility>

#include "samples/decode.h"

namespace culprit {

Result<std::unique_ptr<ExecutableMappings>> ExecutableMappings::open() {
  auto cpus = online_cpus();
  if (!cpus) {
    return std::move(cpus).error();
  }
  auto mappings = std::make_unique<ExecutableMappings>();
  for (const CpuId cpu : *cpus) {
    auto reader = PerfRecordReader::open(cpu);
    if (!reader) {
      return std::move(reader).error().within("watch executable mappings");
    }
    mappings->readers_.push_back(std::move(*reader));
  }
  return mappings;
}

Status ExecutableMappings::enable() {
  for (const auto& reader : readers_) {
    if (auto enabled = reader->enable(); !enabled) {
      return enabled;
    }
  }
  return Success{};
}

void ExecutableMappings::drain(SampleSink& sink) {
  for (const auto& reader : readers_) {
    reader->drain([&sink](std::span<const std::byte> record) {
      if (!decode_perf_record(record, sink)) {
        sink.accept(LossCount{.until = {}, .cause = "record_malformed", .cgroup = {}, .count = 1});
      }
    });
  }
}

}  // namespace culprit
