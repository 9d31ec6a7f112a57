// SPDX-License-Identifier: Apache-2.0
#include "exporters/difference/difference_page_data.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "exporters/viewers/code_tables.h"
#include "exporters/viewers/compression.h"

namespace culprit {
namespace {

using PageJson = nlohmann::ordered_json;

/// Six decimals: a picture has no more.
double rounded(double share) {
  constexpr double kParts = 1e6;
  return std::round(share * kParts) / kParts;
}

/// Every box once, its caller as the distance to it, and its key in a table.
void write_boxes(PageJson& json, const DifferenceBoxes& boxes) {
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;
  TextTable texts;
  std::map<Key, std::uint32_t> keys;
  std::vector<std::uint32_t> names, modules, kinds, sources, box_keys;
  std::vector<std::uint32_t> distances(boxes.differences.size(), 0);
  for (std::size_t box = 0; box < boxes.differences.size(); ++box) {
    const FlameTree::Box& known = boxes.tree.boxes()[box];
    for (const auto& [child_key, child] : known.children) {
      distances[child] = child - static_cast<std::uint32_t>(box);
    }
    const Key key{texts.number_of(known.key.name), texts.number_of(known.key.module),
                  static_cast<std::uint32_t>(known.key.kind),
                  texts.number_of(boxes.differences[box].source)};
    const auto [entry, added] = keys.try_emplace(key, static_cast<std::uint32_t>(names.size()));
    if (added) {
      names.push_back(std::get<0>(key));
      modules.push_back(std::get<1>(key));
      kinds.push_back(std::get<2>(key));
      sources.push_back(std::get<3>(key));
    }
    box_keys.push_back(entry->second);
  }
  json["texts"] = texts.texts();
  json["keys"] = {{"name", names}, {"module", modules}, {"kind", kinds}, {"source", sources}};
  json["boxes"] = {{"parent", distances}, {"key", box_keys}};
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
