// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace culprit {

/// "observing [#####.....] 5 of 10 s", at most `columns` wide; empty when there is no room.
std::string render_progress(std::chrono::milliseconds elapsed, std::chrono::milliseconds total,
                            std::size_t columns);

/// Tells who waits how far the run is: a bar that redraws itself on a terminal, nothing in a pipe.
/// Never waits for a terminal that does not take its bytes: what cannot be written at once is left
/// out, for the observation must go on. The descriptor stays the caller's.
class Progress {
 public:
  Progress(int descriptor, std::chrono::milliseconds total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;
  /// Clears the bar.
  ~Progress();

  /// Redraws the bar when its text has changed.
  void update(std::chrono::milliseconds elapsed);

  /// Whole lines above the bar, such as an interim verdict. Written in a pipe too; `text` must be
  /// displayable, a newline is added when it lacks one.
  void announce(std::string_view text);

  /// Takes the bar away; the next update draws it again.
  void clear();

 private:
  void write(std::string_view bytes) const;

  int descriptor_;
  std::chrono::milliseconds total_;
  bool is_terminal_;
  std::string shown_;
};

}  // namespace culprit
