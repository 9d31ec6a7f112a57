// SPDX-License-Identifier: Apache-2.0
#include "exporters/difference/difference_json.h"

#include <string_view>
#include <vector>

#include "exporters/difference/difference_wording.h"
#include "exporters/json_parts.h"
#include "report/describe.h"

namespace culprit {
namespace {

std::string_view result_name(ComparisonResult result) {
  switch (result) {
    case ComparisonResult::Different:
      return "different";
    case ComparisonResult::NoSignificantDifference:
      return "no_significant_difference";
    case ComparisonResult::TooShort:
      return "too_short";
    case ComparisonResult::Untested:
      break;
  }
  return "untested";
}

Json json_side(const ComparedSide& side) {
  const bool timed = side.blocks > 0;
  return {{"name", json_text(side.name)},
          {"samples", side.samples},
          {"duration_s", timed ? json_number(side.seconds) : Json(nullptr)},
          {"blocks", side.blocks},
          {"cpu_cores", side.cores > 0 ? json_number(side.cores) : Json(nullptr)}};
}

Json json_part(const ShareEstimate& estimate) {
  return {{"samples", estimate.samples},
          {"share", json_number(estimate.share)},
          {"seen_blocks", estimate.seen_blocks}};
}

Json json_change(const ComparedShare& share) {
  const ShareDifference& difference = share.difference;
  const bool known = difference.freedom > 0;
  // p-values are as small as they are: six decimals would make nothing of them.
  return {{"before", json_part(share.before)},
          {"after", json_part(share.after)},
          {"change_points", json_number(100 * difference.change)},
          {"low_points", known ? json_number(100 * difference.low) : Json(nullptr)},
          {"high_points", known ? json_number(100 * difference.high) : Json(nullptr)},
          {"tested", share.tested},
          {"p_value", share.tested ? Json(difference.p_value) : Json(nullptr)},
          {"adjusted_p_value", share.tested ? Json(share.adjusted_p) : Json(nullptr)},
          {"verdict", share.tested ? Json(change_name(share.change)) : Json(nullptr)}};
}

Json json_containers(const std::vector<ComparedRow>& rows) {
  Json list = Json::array();
  for (const ComparedRow& row : rows) {
    list.push_back(
        {{"name", json_text(row.frame.name.function)}, {"on_cpu", json_change(row.whole)}});
  }
  return list;
}

Json json_functions(const std::vector<ComparedRow>& rows) {
  Json list = Json::array();
  for (const ComparedRow& row : rows) {
    const ComparedFrame& frame = row.frame;
    list.push_back({{"function", json_text(frame.name.function)},
                    {"container", json_text_or_null(frame.name.container)},
                    {"module", json_text_or_null(frame.name.module)},
                    {"file", json_text_or_null(frame.file)},
                    {"line", frame.line > 0 ? Json(frame.line) : Json(nullptr)},
                    {"kind", frame_kind_name(frame.kind)},
                    {"own", json_change(row.own)},
                    {"with_callees", json_change(row.whole)}});
  }
  return list;
}

}  // namespace

std::string difference_json(const Comparison& comparison) {
  const bool tested = comparison.tests > 0;
  Json notes = Json::array();
  for (const std::string& note : comparison.notes) {
    notes.push_back(json_text(note));
  }
  const Json json = {{"schema", "culprit.diff/1"},
                     {"result", result_name(comparison.result)},
                     {"headline", json_text(word_result(comparison))},
                     {"before", json_side(comparison.before)},
                     {"after", json_side(comparison.after)},
                     {"method",
                      {{"block_s", 1},
                       {"false_alarms", kFalseAlarms},
                       {"correction", "holm"},
                       {"tests", comparison.tests},
                       {"interval", 0.95},
                       {"smallest_change_points", json_number(100 * kSmallestChange)},
                       {"detectable_change_points",
                        tested ? json_number(100 * comparison.detectable_change) : Json(nullptr)}}},
                     {"containers", json_containers(comparison.containers)},
                     {"functions", json_functions(comparison.functions)},
                     {"notes", notes}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace culprit
