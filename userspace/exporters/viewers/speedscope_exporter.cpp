// SPDX-License-Identifier: Apache-2.0
#include "exporters/viewers/speedscope_exporter.h"

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "base/display_text.h"
#include "exporters/viewers/exported_stack.h"
#include "report/describe.h"

namespace culprit {
namespace {

using Json = nlohmann::ordered_json;

/// One of speedscope's "sampled" profiles while it grows.
struct SampledProfile {
  std::string name;
  Json samples = Json::array();
  Json weights = Json::array();
  std::uint64_t end = 0;

  void add(std::vector<std::uint32_t> path, std::uint64_t weight) {
    samples.push_back(std::move(path));
    weights.push_back(weight);
    end += weight;
  }

  [[nodiscard]] Json json() && {
    return Json{{"type", "sampled"},
                {"name", name},
                {"unit", "nanoseconds"},
                {"startValue", 0},
                {"endValue", end},
                {"samples", std::move(samples)},
                {"weights", std::move(weights)}};
  }
};

class SpeedscopeWriter {
 public:
  explicit SpeedscopeWriter(const Profile& profile) : profile_(profile) {}

  Json write() {
    host_.name = "host " + displayable(profile_.host.name);
    for_each_exported_stack(profile_, [this](const ExportedStack& stack) { add(stack); });
    Json profiles = Json::array();
    profiles.push_back(std::move(host_).json());
    for (auto& [workload, sampled] : workloads_) {
      profiles.push_back(std::move(sampled).json());
    }
    return Json{{"$schema", "https://www.speedscope.app/file-format-schema.json"},
                {"shared", {{"frames", std::move(frames_)}}},
                {"profiles", std::move(profiles)},
                {"name", "culprit: " + displayable(profile_.host.name)},
                {"activeProfileIndex", 0},
                {"exporter", "culprit"}};
  }

 private:
  using FrameKey = std::tuple<std::string, std::string, std::uint32_t>;

  std::uint32_t frame_of(const std::string& name, const std::string& file, std::uint32_t line) {
    const auto [known, added] =
        frame_numbers_.try_emplace(FrameKey{displayable(name), displayable(file), line},
                                   static_cast<std::uint32_t>(frames_.size()));
    if (added) {
      Json frame{{"name", std::get<0>(known->first)}};
      if (!file.empty()) {
        frame["file"] = std::get<1>(known->first);
      }
      if (line != 0) {
        frame["line"] = line;
      }
      frames_.push_back(std::move(frame));
    }
    return known->second;
  }

  void add(const ExportedStack& stack) {
    std::vector<std::uint32_t> path;
    if (stack.thread != nullptr) {
      path.push_back(frame_of(
          stack.thread->comm + " (thread " + std::to_string(stack.thread->tid.value()) + ")", "",
          0));
    }
    for (const FrameId id : stack.frames) {
      const ResolvedFrame& frame = profile_.frames.at(id);
      path.push_back(
          frame_of(frame.function, frame.file.empty() ? frame.module : frame.file, frame.line));
    }
    const std::uint64_t weight = stack.samples * nanoseconds_per_sample(profile_);
    const std::string name = displayable(workload_name(*stack.workload));
    SampledProfile& own = workloads_[stack.workload - profile_.workloads.data()];
    own.name = name;
    own.add(path, weight);
    path.insert(path.begin(), frame_of(name, "", 0));
    host_.add(std::move(path), weight);
  }

  const Profile& profile_;
  Json frames_ = Json::array();
  std::map<FrameKey, std::uint32_t> frame_numbers_;
  SampledProfile host_;
  std::map<std::ptrdiff_t, SampledProfile> workloads_;  ///< by place, which is by CPU
};

}  // namespace

std::string SpeedscopeExporter::write(const Report& report) const {
  return SpeedscopeWriter(report.profile).write().dump() + "\n";
}

}  // namespace culprit
