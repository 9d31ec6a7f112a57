// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace culprit {

/// What the shell is told. Scripts rely on these numbers.
enum class ExitCode : std::uint8_t {
  Ran = 0,
  Failed = 1,
  Usage = 2,
  FailOnMatched = 3,    ///< --fail-on named a kind that was found
  LostTooMuch = 4,      ///< ran, but lost more than kAllowedLostShare of what it should have seen
  CouldNotObserve = 5,  ///< privileges or kernel
};

/// Above this share of lost samples a run that found nothing says little, and scripts must know.
inline constexpr double kAllowedLostShare = 0.05;

/// What an investigation that came to its end has to tell the shell.
struct RunEnd {
  bool fail_on_matched = false;
  double lost_share = 0;  ///< 0..1
};

/// A match wins over a loss: what was found despite the loss is still there.
constexpr ExitCode exit_code_of(const RunEnd& end) {
  if (end.fail_on_matched) {
    return ExitCode::FailOnMatched;
  }
  return end.lost_share > kAllowedLostShare ? ExitCode::LostTooMuch : ExitCode::Ran;
}

/// The number that main returns.
constexpr int number_of(ExitCode code) {
  return static_cast<int>(code);
}

}  // namespace culprit
