// SPDX-License-Identifier: Apache-2.0
#include "exporters/difference/difference_boxes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/display_text.h"
#include "exporters/difference/difference_wording.h"

namespace culprit {
namespace {

constexpr double kUnits = 1e9;
/// A comparison without large changes is no picture of strong colours.
constexpr double kLeastStrongest = 0.03;

BoxKind kind_of(const ComparedFrame& frame) {
  switch (frame.name.level) {
    case PathLevel::Container:
      return BoxKind::Container;
    case PathLevel::Process:
      return BoxKind::Process;
    case PathLevel::Function:
      break;
  }
  return box_kind(frame.kind, frame.inlined);
}

FlameTree::Key key_of(const ComparedFrame& frame) {
  const bool function = frame.name.level == PathLevel::Function;
  return {displayable(frame.name.function, 400),
          function ? displayable(frame.name.module, 120) : std::string(), kind_of(frame)};
}

double share_of(std::uint64_t samples, std::uint64_t of) {
  return of == 0 ? 0 : static_cast<double>(samples) / static_cast<double>(of);
}

std::set<ComparedName> certain_names(const Comparison& comparison) {
  std::set<ComparedName> names;
  for (const auto* rows : {&comparison.containers, &comparison.functions}) {
    for (const ComparedRow& row : *rows) {
      if (row.changed()) {
        names.insert(row.frame.name);
      }
    }
  }
  return names;
}

using Colour = std::array<double, 3>;

Colour between(const Colour& one, const Colour& other, double part) {
  Colour mixed{};
  for (std::size_t index = 0; index < mixed.size(); ++index) {
    mixed[index] = one[index] + (other[index] - one[index]) * part;
  }
  return mixed;
}

}  // namespace

DifferenceBoxes difference_boxes(const Comparison& comparison) {
  const DifferenceTree& source = comparison.tree;
  const std::set<ComparedName> certain = certain_names(comparison);
  const bool tested = comparison.tests > 0;
  DifferenceBoxes result;
  result.differences.resize(1);
  std::vector<FlameTree::BoxIndex> boxes(source.nodes.size(), FlameTree::kAll);
  std::vector<FlameTree::BoxIndex> parents(1, FlameTree::kAll);
  for (std::size_t index = 0; index < source.nodes.size(); ++index) {
    const DifferenceTree::Node& node = source.nodes[index];
    if (index > 0) {
      const ComparedFrame& frame = source.frames[node.frame];
      boxes[index] = result.tree.child_of(boxes[node.parent], key_of(frame));
      if (boxes[index] == result.differences.size()) {
        parents.push_back(boxes[node.parent]);
        result.differences.push_back({.certain = !tested || certain.contains(frame.name),
                                      .source = displayable(place_of(frame), 300)});
      }
    }
    BoxDifference& difference = result.differences[boxes[index]];
    difference.before += share_of(node.before, source.nodes.front().before);
    difference.after += share_of(node.after, source.nodes.front().after);
    const double own = share_of(node.before_own, source.nodes.front().before) +
                       share_of(node.after_own, source.nodes.front().after);
    result.tree.add_samples(boxes[index],
                            static_cast<std::uint64_t>(std::llround(own / 2 * kUnits)));
  }
  for (std::size_t box = result.differences.size(); box-- > 1;) {
    result.tree.add_samples(parents[box], result.tree.boxes()[box].samples);
    result.strongest = std::max(result.strongest, std::abs(result.differences[box].change()));
  }
  result.strongest = std::max(result.strongest, kLeastStrongest);
  return result;
}

std::string difference_colour(const BoxDifference& difference, double strongest) {
  constexpr Colour kSame = {236, 232, 224}, kMore = {214, 48, 36}, kLess = {38, 98, 190};
  constexpr double kUncertain = 0.22;
  const double part = std::pow(std::min(std::abs(difference.change()) / strongest, 1.0), 0.6);
  const Colour colour = between(kSame, difference.change() > 0 ? kMore : kLess,
                                part * (difference.certain ? 0.85 : kUncertain));
  return fmt::format("#{:02x}{:02x}{:02x}", std::lround(colour[0]), std::lround(colour[1]),
                     std::lround(colour[2]));
}

}  // namespace culprit
