// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aggregation/call_tree.h"
#include "base/result.h"

namespace culprit {

/// Reads other tools' stacks as text, one line after the other, into a call tree: folded stacks
/// ("main;work 12") or what `perf script` prints. Which of the two is told by the first line. What
/// is neither is counted and left out. Memory grows with distinct frames and paths only, and is
/// bounded.
class StackText {
 public:
  /// `line` without its end.
  void add_line(std::string_view line);
  /// The last stack of perf script may have no empty line after it.
  void finish();

  [[nodiscard]] const CallTree& calls() const { return calls_; }
  [[nodiscard]] const FrameTable& frames() const { return frames_; }
  [[nodiscard]] std::uint64_t stacks() const { return stacks_; }
  [[nodiscard]] std::uint64_t unread_lines() const { return unread_lines_; }
  /// Stacks were found, and more of it than not was read: prose has words before numbers, too.
  [[nodiscard]] bool is_of_stacks() const { return stacks_ > 0 && read_lines_ > unread_lines_; }

 private:
  enum class Form : std::uint8_t { Unknown, Folded, Perf };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Known = std::unordered_map<std::string, FrameId, Hash, std::equal_to<>>;

  void add_folded(std::string_view line);
  void begin_perf(std::string_view header);
  void add_perf_frame(std::string_view line);
  void add_path(std::uint64_t weight);
  template <typename Make>
  FrameId frame_of(Known& known, std::string_view text, Make make);

  Form form_ = Form::Unknown;
  FrameTable frames_;
  CallTree calls_;
  Known folded_frames_, perf_frames_, comms_;
  std::vector<FrameId> path_;
  bool in_stack_ = false;
  std::uint64_t stacks_ = 0;
  std::uint64_t read_lines_ = 0;
  std::uint64_t unread_lines_ = 0;
};

/// Reads a whole file of such text. Fails when it cannot be read or is something else.
Result<StackText> read_stack_text(const std::string& path);

}  // namespace culprit
