// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "aggregation/profile_sources.h"
#include "base/result.h"
#include "capture/cells.h"
#include "capture/database.h"
#include "capture/recorder.h"
#include "samples/sample.h"

namespace culprit {

/// A part of a recording: from and to as time since its start.
struct RecordingRange {
  std::chrono::nanoseconds from{0};
  std::optional<std::chrono::nanoseconds> to;  ///< to its end without
};

/// A recording that is read: a stranger's file, of which nothing is believed. Everything but the
/// observations is in memory.
class Recording {
 public:
  /// Fails with a sentence when the file is not a recording, damaged, or of another version.
  static Result<Recording> open(const std::string& path);
  static Result<Recording> from_bytes(std::span<const std::byte> bytes);

  [[nodiscard]] const RecordingHead& head() const { return head_; }
  /// One of those given to Recorder::describe(); empty when it was not.
  [[nodiscard]] const std::string& fact(const std::string& name) const;
  /// Whether the writer came to its end.
  [[nodiscard]] bool complete() const { return fact("complete") == "1"; }
  /// Observations that the writer's disk was too slow for; 0 when it did not come to its end.
  [[nodiscard]] std::uint64_t dropped() const;
  /// From the start to the end of the last window.
  [[nodiscard]] std::chrono::nanoseconds length() const { return length_; }

  /// Hands over the observations of that time in their order, stacks first.
  Status replay(const RecordingRange& range, SampleSink& sink) const;

  /// Answers as they were given when it was recorded. Good while this lives, where it lives.
  [[nodiscard]] ProfileSources sources() const;

 private:
  struct Question {
    StackHash stack;
    ProcessKey process;
    AddressSpaceId address_space;
    bool operator==(const Question&) const = default;
  };
  struct QuestionHash {
    std::size_t operator()(const Question& question) const {
      return std::hash<StackHash>{}(question.stack) * 31 +
             std::hash<ProcessKey>{}(question.process) * 7 +
             std::hash<AddressSpaceId>{}(question.address_space);
    }
  };
  struct Naming {
    StackEnd end = StackEnd::Complete;
    std::uint32_t named = 0;
  };
  struct NamedStack {
    std::uint32_t caller = 0;
    std::uint32_t frame = 0;
  };

  explicit Recording(Database database) : database_(std::move(database)) {}
  static Result<Recording> load(Database database);
  Status load_facts();
  Status load_length();
  Status load_numbers();
  Status load_frames();
  Status load_stacks();
  Status load_namings();
  Status load_answers();
  /// Runs the query and hands each row over; false from `take` means damage.
  template <typename Take>
  Status each_row(const std::string& sql, Take take) const;
  [[nodiscard]] NumberLookup lookup() const;
  [[nodiscard]] ResolvedStack stack_of(const StackOfProcess& question) const;

  Database database_;
  RecordingHead head_;
  std::map<std::string, std::string> facts_;
  std::chrono::nanoseconds length_{0};
  std::vector<StackHash> stack_hashes_;  ///< by number; 0 is no stack
  std::vector<Task> tasks_;              ///< by number; 0 is none
  std::vector<StackShape> shapes_;
  std::vector<ResolvedFrame> frames_;
  std::vector<NamedStack> named_stacks_;
  std::unordered_map<Question, Naming, QuestionHash> namings_;
  std::map<std::pair<CgroupId, CgroupId>, Container> containers_;
  std::unordered_map<ProcessKey, ProcessFacts> processes_;
};

}  // namespace culprit
