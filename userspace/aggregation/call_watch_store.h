// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <tuple>

#include "aggregation/limits.h"
#include "samples/call_watch.h"

namespace culprit {

/// What was last said of each call that was watched.
class CallWatchStore {
 public:
  void add(const CallWatch& watch) {
    const Key key{watch.process, watch.tid, watch.stack};
    if (watches_.size() < kCallWatchLimit || watches_.contains(key)) {
      watches_[key] = watch;
    }
  }

  [[nodiscard]] auto begin() const { return watches_.begin(); }
  [[nodiscard]] auto end() const { return watches_.end(); }

 private:
  using Key = std::tuple<ProcessKey, Tid, StackHash>;

  std::map<Key, CallWatch> watches_;
};

}  // namespace culprit
