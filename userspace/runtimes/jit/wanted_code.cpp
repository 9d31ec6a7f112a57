// SPDX-License-Identifier: Apache-2.0
#include "runtimes/jit/wanted_code.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace culprit {

Result<WantedCode> WantedCode::of_question(std::span<const std::byte> question) {
  WantedCode wanted;
  const std::size_t count = question.size() / sizeof(std::uint64_t);
  if (question.size() % sizeof(std::uint64_t) != 0 || count > kMaxOffsetsPerQuery) {
    return Error("not a list of addresses");
  }
  wanted.addresses_.resize(count);
  std::memcpy(wanted.addresses_.data(), question.data(), question.size());
  if (!std::ranges::is_sorted(wanted.addresses_)) {
    return Error("a list of addresses that do not ascend");
  }
  wanted.frames_.resize(count);
  return wanted;
}

std::vector<std::byte> WantedCode::question(std::span<const std::uint64_t> ascending) {
  const auto bytes = std::as_bytes(ascending);
  return {bytes.begin(), bytes.end()};
}

std::vector<WantedCode::Place> WantedCode::tell(std::uint64_t start, std::uint64_t size,
                                                std::string_view function) {
  std::vector<Place> places;
  const std::uint64_t end =
      start + std::min(size, std::numeric_limits<std::uint64_t>::max() - start);
  for (auto at = std::ranges::lower_bound(addresses_, start); at != addresses_.end() && *at < end;
       ++at) {
    AnsweredFrame& frame = frames_.at(static_cast<std::size_t>(at - addresses_.begin()));
    frame = {.function = std::string(function.substr(0, kMaxAnswerTextBytes)), .file = {}};
    places.push_back({.address = *at, .frame = &frame});
  }
  return places;
}

std::vector<std::byte> WantedCode::answer() const {
  SymbolAnswer answer;
  for (const AnsweredFrame& frame : frames_) {
    answer.frames.emplace_back();
    if (!frame.function.empty()) {
      answer.frames.back().push_back(frame);
    }
  }
  return encode(answer);
}

}  // namespace culprit
