// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "capture/recorder.h"
#include "capture/recording.h"
#include "unit/aggregation/fake_sources.h"

namespace culprit {

/// A folder of a test's own that goes with it.
class TestFolder {
 public:
  TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder();
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A host whose observations go to a profile and to a recording.
class RecordedHost {
 public:
  explicit RecordedHost(const std::string& path);
  void accept(Sample sample);
  /// The profile of the live run; the recording is complete after that.
  Profile finish();

  FakeHost host;
  std::unique_ptr<Recorder> recorder;
};

/// Two busy containers with everything that one can observe.
void fill(RecordedHost& recorded);

RecordingHead a_head();
/// What a ProfileBuilder makes of the whole recording.
Profile replayed(const Recording& recording, const RecordingRange& range = {});
std::vector<std::byte> bytes_of(const std::string& path);

}  // namespace culprit
