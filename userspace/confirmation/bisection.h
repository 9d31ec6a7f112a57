// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

namespace culprit {

/// Which of a thread's calls, outermost first, is the innermost that does not return? A call that
/// returned takes all inside of it along; one that did not return vouches for all around it. Pure.
class Bisection {
 public:
  explicit Bisection(std::size_t calls) : returned_from_(calls) {}

  /// This call is over, and with it all that it had called.
  void ended(std::size_t call);
  /// This call was watched for a while and did not return.
  void held(std::size_t call);

  /// The calls to watch now, at most `slots`, the most important one first: the innermost that
  /// holds, some between it and those that ended, then others that hold, should it end after all.
  [[nodiscard]] std::vector<std::size_t> wanted(std::size_t slots) const;

  /// The innermost call that did not return so far.
  [[nodiscard]] std::optional<std::size_t> home() const;
  /// What the home had called has ended.
  [[nodiscard]] bool narrowed() const;
  /// Not one of the calls is left.
  [[nodiscard]] bool all_ended() const { return returned_from_ == 0; }

 private:
  std::size_t returned_from_;
  std::set<std::size_t> held_;
};

}  // namespace culprit
