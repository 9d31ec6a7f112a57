// SPDX-License-Identifier: Apache-2.0
#include "exporters/difference/difference_page_data.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "exporters/page/page_boxes.h"
#include "exporters/viewers/compression.h"

namespace culprit {
namespace {

/// Six decimals: a picture has no more.
double rounded(double share) {
  constexpr double kParts = 1e6;
  return std::round(share * kParts) / kParts;
}

void write_boxes(PageJson& json, const DifferenceBoxes& boxes) {
  const std::vector<FlameTree::Box>& all = boxes.tree.boxes();
  std::vector<std::uint32_t> distances(all.size(), 0);
  for (std::size_t box = 0; box < all.size(); ++box) {
    for (const auto& [key, child] : all[box].children) {
      distances[child] = child - static_cast<std::uint32_t>(box);
    }
  }
  PageBoxes page;
  for (std::size_t box = 0; box < all.size(); ++box) {
    page.add(all[box].key, boxes.differences[box].source, distances[box]);
  }
  page.write(json);
}

void write_shares(PageJson& json, const DifferenceBoxes& boxes) {
  std::vector<double> before, after;
  std::vector<int> certain;
  std::vector<std::uint64_t> own;
  std::vector<std::uint32_t> cell_boxes, buckets;
  for (std::size_t box = 0; box < boxes.differences.size(); ++box) {
    const BoxDifference& difference = boxes.differences[box];
    before.push_back(rounded(difference.before));
    after.push_back(rounded(difference.after));
    certain.push_back(difference.certain ? 1 : 0);
    std::uint64_t below = 0;
    for (const auto& [key, child] : boxes.tree.boxes()[box].children) {
      below += boxes.tree.boxes()[child].samples;
    }
    if (const std::uint64_t samples = boxes.tree.boxes()[box].samples; samples > below) {
      cell_boxes.push_back(static_cast<std::uint32_t>(box));
      buckets.push_back(0);
      own.push_back(samples - below);
    }
  }
  json["cells"] = {{"box", cell_boxes}, {"bucket", buckets}, {"samples", own}};
  json["before"] = before;
  json["after"] = after;
  json["certain"] = certain;
}

}  // namespace

std::string difference_page_data(const DifferenceBoxes& boxes) {
  PageJson json;
  write_boxes(json, boxes);
  write_shares(json, boxes);
  json["strongest"] = boxes.strongest;
  json["workloads"] = PageJson::array();
  json["buckets"] = 1;
  json["bucketSeconds"] = 1;
  json["secondsPerSample"] = 0;
  return base64(gzip(json.dump()));
}

}  // namespace culprit
