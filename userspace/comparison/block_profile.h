// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "aggregation/profile.h"

namespace culprit {

/// What a level of a compared call path is.
enum class PathLevel : std::uint8_t { Container, Process, Function };

/// Two frames with equal names are the same one, whichever recording they are from. Lines do not
/// tell functions apart, for every edit above moves them; nor do addresses.
struct ComparedName {
  PathLevel level = PathLevel::Function;
  std::string container;  ///< empty where both sides are one container's
  std::string function;   ///< "[module]" for all code of a module that has no names
  std::string module;

  bool operator<(const ComparedName& other) const {
    return std::tie(level, container, function, module) <
           std::tie(other.level, other.container, other.function, other.module);
  }
  bool operator==(const ComparedName&) const = default;
};

struct ComparedFrame {
  ComparedName name;
  FrameKind kind = FrameKind::Native;
  bool inlined = false;
  std::string file;  ///< with `line`, the place in it that most samples were at or below
  std::uint32_t line = 0;
};

/// The samples of one side of a comparison, by call path and block of time. Paths lead through a
/// container (unless both sides are one), a process and functions.
class BlockProfile {
 public:
  using FrameIndex = std::uint32_t;
  using NodeIndex = std::uint32_t;
  static constexpr NodeIndex kRoot = 0;

  struct Node {
    FrameIndex frame = 0;  ///< meaningless for the root
    NodeIndex parent = kRoot;
  };
  struct Row {
    NodeIndex node;
    std::uint32_t block;
    std::uint64_t samples;
  };
  /// What a workload is called in the comparison; nothing when it takes no part.
  using Naming = std::function<std::optional<std::string>(const WorkloadProfile&)>;

  /// One more part of the recording, its seconds after those of the parts before. Workloads that
  /// `naming` names with an empty text have no level of their own.
  void add(const Profile& profile, const Naming& naming);
  /// Containers under other names. Two that get one name are one.
  void rename(const std::map<std::string, std::string>& names);
  /// The service of each container, by the container's name; of those that belong to one.
  [[nodiscard]] const std::map<std::string, std::string>& services() const { return services_; }
  /// Stacks without times: one block, of which nothing can be tested.
  void add_untimed(const CallTree& calls, const FrameTable& frames);

  [[nodiscard]] const std::vector<ComparedFrame>& frames() const { return frames_; }
  /// Node 0 is the root; children come after their parents.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  [[nodiscard]] std::uint32_t blocks() const { return blocks_; }
  [[nodiscard]] bool timed() const { return timed_; }
  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] std::chrono::nanoseconds duration() const { return duration_; }
  /// Cores that were busy on average; 0 where samples are no times (untimed, cycles).
  [[nodiscard]] double cores() const;

 private:
  struct Place {
    std::map<std::pair<std::string, std::uint32_t>, std::uint64_t> weights;
    std::uint64_t most = 0;
  };

  FrameIndex frame_of(const ComparedName& name, const ResolvedFrame& frame);
  NodeIndex child_of(NodeIndex parent, FrameIndex frame);
  /// Where each node of the tree ends up; `top` is where its root does.
  std::vector<NodeIndex> place(const CallTree& calls, const FrameTable& frames, NodeIndex top,
                               const std::string& container);
  void weigh_place(FrameIndex index, const ResolvedFrame& frame, std::uint64_t weight);

  std::vector<ComparedFrame> frames_;
  std::vector<Place> places_;  ///< of frames_[i]
  std::map<ComparedName, FrameIndex> known_frames_;
  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::unordered_map<std::uint64_t, NodeIndex> known_nodes_;  ///< by parent and frame
  std::vector<Row> rows_;
  std::map<std::string, std::string> services_;
  std::uint32_t blocks_ = 0;
  std::uint64_t samples_ = 0;
  std::chrono::nanoseconds duration_{0};
  double frequency_hz_ = 0;
  bool timed_ = true;
};

/// A new generation of a service may have containers of other names: those that one side only has
/// are called by their service's name when the other side has some of that service, too.
void match_containers(BlockProfile& before, BlockProfile& after);

}  // namespace culprit
