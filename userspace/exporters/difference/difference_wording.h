// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "comparison/compare.h"

namespace culprit {

// Phrases that a comparison's formats share. Names in them are displayable and short.

/// "2 of 14 shares of the on-CPU time changed", "no significant difference", ...
std::string word_result(const Comparison& comparison);
/// What such recordings can tell; empty when nothing was tested.
std::string word_power(const Comparison& comparison);
/// "30.0 s, 5932 samples, 1.98 cores".
std::string word_side(const ComparedSide& side);
/// "20.0 -> 24.1 %".
std::string word_shares(const ComparedShare& share);
/// "+4.1 points [+3.2, +5.0]"; without the interval when nothing is known of it.
std::string word_change(const ComparedShare& share);
/// The same as the cell of a table whose head says what it is: "+4.1 [+3.2, +5.0]".
std::string word_points(const ComparedShare& share);
/// "grew", "shrank", "new", "gone", "none".
std::string_view change_name(Change change);
/// "/app/server.c:88", else the module; empty for containers.
std::string place_of(const ComparedFrame& frame);
/// What the row says: that of its own share where both changed, for it explains the other.
Change change_of(const ComparedRow& row);
/// Whether both shares say the same: a function that calls nothing.
bool calls_nothing(const ComparedRow& row);
/// Growth of one thing makes all other shares smaller; empty when that need not be said.
std::string word_caution(const Comparison& comparison);

}  // namespace culprit
