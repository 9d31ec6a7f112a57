// SPDX-License-Identifier: Apache-2.0
#include "exporters/page/page_data.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "exporters/flame_tree.h"
#include "exporters/page/page_boxes.h"
#include "exporters/viewers/compression.h"
#include "exporters/viewers/exported_stack.h"
#include "report/describe.h"

namespace culprit {
namespace {

/// What a browser on a small machine still handles with ease.
constexpr std::size_t kMostPageBoxes = 3'000'000;
/// Bars that the strip of time can show apart.
constexpr std::uint32_t kMostBuckets = 120;

class PageTree {
 public:
  explicit PageTree(const Profile& profile) : profile_(profile) {
    for (std::size_t index = 0; index < profile.workloads.size(); ++index) {
      boxes_of_.push_back(tree_.add(profile.workloads[index], profile.frames));
    }
    find_sources();
    choose_boxes();
    choose_buckets();
    count_cells();
  }

  PageData data() {
    PageData result{.left_out_boxes = tree_.boxes().size() - kept_.size(),
                    .left_out_samples = left_out_samples_};
    PageJson json;
    write_boxes(json);
    write_cells(json);
    json["workloads"] = write_workloads();
    json["buckets"] = buckets_;
    json["bucketSeconds"] = bucket_seconds_;
    json["secondsPerSample"] =
        static_cast<double>(nanoseconds_per_sample(profile_)) / 1'000'000'000.0;
    result.packed = base64(gzip(json.dump()));
    return result;
  }

 private:
  using Box = FlameTree::BoxIndex;

  /// Of the lines that a box stands for, the one seen most.
  void find_sources() {
    sources_.resize(tree_.boxes().size());
    std::vector<std::uint64_t> most(sources_.size());
    for (std::size_t index = 0; index < boxes_of_.size(); ++index) {
      const std::vector<CallTree::Node>& nodes = profile_.workloads[index].calls.nodes();
      for (std::size_t node = 1; node < boxes_of_[index].size(); ++node) {
        const Box box = boxes_of_[index][node];
        if (nodes[node].total > most[box]) {
          most[box] = nodes[node].total;
          sources_[box] = source_of(profile_.frames.at(nodes[node].frame));
        }
      }
    }
  }

  /// A parent holds at least what its children hold, so what is kept is a tree.
  void choose_boxes() {
    const std::vector<FlameTree::Box>& boxes = tree_.boxes();
    std::uint64_t least = 0;
    if (boxes.size() > kMostPageBoxes) {
      std::vector<std::uint64_t> sizes;
      sizes.reserve(boxes.size());
      for (const FlameTree::Box& box : boxes) {
        sizes.push_back(box.samples);
      }
      std::nth_element(sizes.begin(), sizes.begin() + kMostPageBoxes, sizes.end(),
                       std::greater<>());
      least = sizes[kMostPageBoxes] + 1;
    }
    place_.assign(boxes.size(), 0);
    parents_.assign(boxes.size(), 0);
    for (Box box = 0; box < boxes.size(); ++box) {
      for (const auto& [key, child] : boxes[box].children) {
        parents_[child] = box;
      }
      if (box == FlameTree::kAll || boxes[box].samples >= least) {
        place_[box] = static_cast<std::uint32_t>(kept_.size());
        kept_.push_back(box);
      } else {
        place_[box] = place_[parents_[box]];
      }
    }
  }

  void choose_buckets() {
    std::uint32_t seconds = 0;
    for (const StackRow& row : profile_.stacks) {
      if (!row.seconds.entries().empty()) {
        seconds = std::max(seconds, row.seconds.entries().back().second + 1);
      }
    }
    bucket_seconds_ = std::max<std::uint32_t>(1, (seconds + kMostBuckets - 1) / kMostBuckets);
    buckets_ = std::max<std::uint32_t>(1, (seconds + bucket_seconds_ - 1) / bucket_seconds_);
  }

  void add_cell(Box box, std::uint32_t second, std::uint64_t samples) {
    cells_[{place_[box], second / bucket_seconds_}] += samples;
    if (kept_[place_[box]] != box) {
      left_out_samples_ += samples;
    }
  }

  void count_cells() {
    if (profile_.stacks.empty()) {
      for (std::size_t index = 0; index < boxes_of_.size(); ++index) {
        const std::vector<CallTree::Node>& nodes = profile_.workloads[index].calls.nodes();
        for (std::size_t node = 1; node < boxes_of_[index].size(); ++node) {
          if (nodes[node].self > 0) {
            add_cell(boxes_of_[index][node], 0, nodes[node].self);
          }
        }
      }
      return;
    }
    for (const StackRow& row : profile_.stacks) {
      for (const SecondCounts::Entry& entry : row.seconds.entries()) {
        add_cell(boxes_of_[row.workload.value()][row.node], entry.second, entry.count);
      }
    }
  }

  void write_boxes(PageJson& json) const {
    PageBoxes boxes;
    for (const Box box : kept_) {
      boxes.add(tree_.boxes()[box].key, sources_[box], place_[box] - place_[parents_[box]]);
    }
    boxes.write(json);
  }

  void write_cells(PageJson& json) {
    std::vector<std::uint32_t> boxes, buckets;
    std::vector<std::uint64_t> samples;
    for (const auto& [cell, count] : cells_) {
      boxes.push_back(cell.first);
      buckets.push_back(cell.second);
      samples.push_back(count);
    }
    json["cells"] = {{"box", boxes}, {"bucket", buckets}, {"samples", samples}};
  }

  /// The box of each workload; -1 without samples.
  PageJson write_workloads() {
    PageJson list = PageJson::array();
    for (const std::vector<Box>& boxes : boxes_of_) {
      list.push_back(boxes.empty() || place_[boxes.front()] == 0
                         ? -1
                         : static_cast<std::int64_t>(place_[boxes.front()]));
    }
    return list;
  }

  const Profile& profile_;
  FlameTree tree_;
  std::vector<std::vector<Box>> boxes_of_;  ///< by workload and node of its calls
  std::vector<std::string> sources_;        ///< by box
  std::vector<Box> parents_;                ///< by box
  std::vector<Box> kept_;
  std::vector<std::uint32_t> place_;  ///< by box: in kept_, its own or its nearest caller's
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> cells_;
  std::uint64_t left_out_samples_ = 0;
  std::uint32_t buckets_ = 1, bucket_seconds_ = 1;
};

}  // namespace

PageData page_data(const Profile& profile) {
  return PageTree(profile).data();
}

}  // namespace culprit
