// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "samples/sample.h"

namespace culprit {

/// Keeps what it is given.
struct CollectingSink : SampleSink {
  void accept(Sample sample) override { samples.push_back(std::move(sample)); }

  std::vector<Sample> samples;
};

/// The bytes of a plain value, as a ring would hold them.
template <typename Record>
std::vector<std::byte> bytes_of(const Record& record) {
  const auto* begin = reinterpret_cast<const std::byte*>(&record);
  return {begin, begin + sizeof(record)};
}

template <typename Record>
void append_bytes(std::vector<std::byte>& bytes, const Record& record) {
  const auto more = bytes_of(record);
  bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace culprit
