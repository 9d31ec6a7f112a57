// SPDX-License-Identifier: Apache-2.0
#include "confirmation/bisection.h"

#include <algorithm>

namespace culprit {

void Bisection::ended(std::size_t call) {
  returned_from_ = std::min(returned_from_, call);
  held_.erase(held_.lower_bound(call), held_.end());
}

void Bisection::held(std::size_t call) {
  if (call < returned_from_) {
    held_.insert(call);
  }
}

std::optional<std::size_t> Bisection::home() const {
  return held_.empty() ? std::nullopt : std::optional(*held_.rbegin());
}

bool Bisection::narrowed() const {
  return !held_.empty() && *held_.rbegin() + 1 == returned_from_;
}

std::vector<std::size_t> Bisection::wanted(std::size_t slots) const {
  std::vector<std::size_t> calls;
  std::size_t open_from = 0;
  if (const auto innermost = home(); innermost && slots > 0) {
    calls.push_back(*innermost);
    open_from = *innermost + 1;
  }
  const std::size_t open = returned_from_ - open_from;
  const std::size_t places = std::min(slots - calls.size(), open);
  if (places == 1) {
    calls.push_back(open_from + open / 2);
  }
  for (std::size_t place = places > 1 ? places : 0; place > 0; --place) {
    calls.push_back(open_from + place * open / places - 1);
  }
  for (auto call = held_.rbegin(); call != held_.rend() && calls.size() < slots; ++call) {
    if (*call != calls.front()) {
      calls.push_back(*call);
    }
  }
  return calls;
}

}  // namespace culprit
