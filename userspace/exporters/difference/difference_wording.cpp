// SPDX-License-Identifier: Apache-2.0
#include "exporters/difference/difference_wording.h"

#include <fmt/format.h>

#include <algorithm>

namespace culprit {
namespace {

std::size_t changed_shares(const std::vector<ComparedRow>& rows) {
  std::size_t changed = 0;
  for (const ComparedRow& row : rows) {
    changed += row.whole.change != Change::None ? 1 : 0;
    changed += row.own.change != Change::None && !calls_nothing(row) ? 1 : 0;
  }
  return changed;
}

std::string interval(const ComparedShare& share) {
  return share.difference.freedom > 0
             ? fmt::format(" [{:+.1f}, {:+.1f}]", 100 * share.difference.low,
                           100 * share.difference.high)
             : "";
}

std::string shares(std::size_t count) {
  return fmt::format("{} share{} of the on-CPU time", count, count == 1 ? "" : "s");
}

}  // namespace

std::string word_result(const Comparison& comparison) {
  switch (comparison.result) {
    case ComparisonResult::Different:
      return shares(changed_shares(comparison.functions) + changed_shares(comparison.containers)) +
             " changed";
    case ComparisonResult::NoSignificantDifference:
      return "no significant difference";
    case ComparisonResult::TooShort:
      return fmt::format("too short to tell: {} and {} seconds with samples, {} are needed",
                         comparison.before.samples > 0 ? comparison.before.blocks : 0,
                         comparison.after.samples > 0 ? comparison.after.blocks : 0, kFewestBlocks);
    case ComparisonResult::Untested:
      break;
  }
  return "not tested: stacks without times show no chance";
}

std::string word_power(const Comparison& comparison) {
  if (comparison.tests == 0) {
    return {};
  }
  return fmt::format(
      "{} tests together err in at most {:.0f} of 100 comparisons; changes from {:.1f} points on "
      "are found 8 times of 10",
      comparison.tests, 100 * kFalseAlarms, 100 * comparison.detectable_change);
}

std::string word_side(const ComparedSide& side) {
  std::string text = fmt::format("{} samples", side.samples);
  if (side.blocks > 0) {
    text = fmt::format("{:.1f} s, ", side.seconds) + text;
  }
  return side.cores > 0 ? text + fmt::format(", {:.2f} cores", side.cores) : text;
}

std::string word_shares(const ComparedShare& share) {
  return fmt::format("{:.1f} -> {:.1f} %", 100 * share.before.share, 100 * share.after.share);
}

std::string word_change(const ComparedShare& share) {
  return fmt::format("{:+.1f} points", 100 * share.difference.change) + interval(share);
}

std::string word_points(const ComparedShare& share) {
  return fmt::format("{:+.1f}", 100 * share.difference.change) + interval(share);
}

std::string_view change_name(Change change) {
  switch (change) {
    case Change::Grew:
      return "grew";
    case Change::Shrank:
      return "shrank";
    case Change::New:
      return "new";
    case Change::Gone:
      return "gone";
    case Change::None:
      break;
  }
  return "none";
}

std::string place_of(const ComparedFrame& frame) {
  if (frame.file.empty()) {
    return frame.name.module;
  }
  return frame.line > 0 ? fmt::format("{}:{}", frame.file, frame.line) : frame.file;
}

Change change_of(const ComparedRow& row) {
  return row.own.change != Change::None ? row.own.change : row.whole.change;
}

bool calls_nothing(const ComparedRow& row) {
  return row.whole.before.samples == row.own.before.samples &&
         row.whole.after.samples == row.own.after.samples;
}

std::string word_caution(const Comparison& comparison) {
  bool more = false, less = false;
  for (const auto* rows : {&comparison.containers, &comparison.functions}) {
    for (const ComparedRow& row : *rows) {
      const Change change = change_of(row);
      more = more || change == Change::Grew || change == Change::New;
      less = less || change == Change::Shrank || change == Change::Gone;
    }
  }
  return more && less ? "shares add up to 100 %: where one grows, others shrink without any change "
                        "of their own"
                      : "";
}

}  // namespace culprit
