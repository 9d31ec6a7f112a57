// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "aggregation/call_tree.h"
#include "aggregation/profile_sources.h"
#include "base/result.h"
#include "capture/recording_writer.h"
#include "containers/cgroup_tree.h"
#include "samples/sample.h"

namespace culprit {

/// What a recording says of itself at its beginning.
struct RecordingHead {
  HostFacts host;
  Window window;
  CgroupNumbering events = CgroupNumbering::V2;
  double min_confidence = 0.3;  ///< of the report that was asked for
};

/// Keeps what flows into a ProfileBuilder, and what others answer when it builds, so that a builder
/// fed from the file builds the same. Main thread only; the disk has a thread of its own.
class Recorder : public SampleSink {
 public:
  static Result<std::unique_ptr<Recorder>> start(const std::string& path,
                                                 const RecordingHead& head);

  /// One observation, as the builder gets it.
  void accept(Sample sample) override;

  /// The same sources, whose answers are kept. Good while this lives.
  ProfileSources remembered(ProfileSources sources);
  /// Likewise, for a profile that nobody looks at, built so that the names that are known by now
  /// are kept: what was answered before is not asked again, and gets an empty answer.
  ProfileSources remembered_once(ProfileSources sources);

  /// Makes everything so far readable.
  void end_window(KernelTime end);
  /// A fact of the recording as a whole, such as what the run knew about itself.
  void describe(const std::string& name, std::string value);
  /// The end: waits for the disk.
  Status finish(KernelTime end);

  /// See RecordingWriter.
  void wait_for_room() { writer_->wait_for_room(); }
  [[nodiscard]] std::uint64_t dropped() { return writer_->dropped(); }

 private:
  struct Question {
    StackHash stack;
    ProcessKey process;
    AddressSpaceId address_space;
    auto operator<=>(const Question&) const = default;
  };

  Recorder(std::unique_ptr<RecordingWriter> writer, KernelTime start)
      : writer_(std::move(writer)), window_began_(start) {}
  static Question question_of(const StackOfProcess& stack);
  void keep(const Question& question, const ResolvedStack& answer);
  std::uint32_t number_of(const ResolvedStack& stack);
  void keep_answers_of(ProfileSources& sources);
  void keep_common_facts(const ProfileSources& sources);
  void hand_over();

  std::unique_ptr<RecordingWriter> writer_;
  KernelTime window_began_;
  Batch batch_;
  FrameTable frames_;
  /// By the caller's number and the frame's.
  std::unordered_map<std::uint64_t, std::uint32_t> stacks_;
  std::map<Question, std::pair<StackEnd, std::uint32_t>> namings_;
  std::set<ProcessKey> processes_;
};

}  // namespace culprit
