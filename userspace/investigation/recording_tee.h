// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "aggregation/profile_builder.h"
#include "capture/recorder.h"

namespace culprit {

/// Gives the profile every observation, and the recorder, if there is one, a copy.
class RecordingTee : public SampleSink {
 public:
  RecordingTee(ProfileBuilder& builder, Recorder* recorder)
      : builder_(builder), recorder_(recorder) {}

  void accept(Sample sample) override {
    if (recorder_ != nullptr) {
      recorder_->accept(sample);
    }
    builder_.accept(std::move(sample));
  }

 private:
  ProfileBuilder& builder_;
  Recorder* recorder_;
};

}  // namespace culprit
