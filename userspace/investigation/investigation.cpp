// SPDX-License-Identifier: Apache-2.0
#include "investigation/investigation.h"

#include <algorithm>
#include <utility>

#include "feature_probe.h"
#include "investigation/stages.h"

namespace culprit {
namespace {

constexpr std::chrono::milliseconds kTakeEvery{100};
constexpr std::chrono::seconds kLookEvery{1};
/// ssh may die before the end: by then there is something to say.
/// Three seconds of a storm, and the reading of the third.
constexpr std::chrono::milliseconds kInterimVerdictAfter{3'300};

}  // namespace

Investigation::Investigation(std::unique_ptr<Stages> stages) : stages_(std::move(stages)) {}

Investigation::~Investigation() = default;

std::variant<std::unique_ptr<Investigation>, CannotBegin> Investigation::begin(
    const Options& options, std::vector<std::string> arguments) {
  const auto btf = find_kernel_btf(options.btf_file, kernel_release());
  if (auto possible = can_observe(btf); !possible) {
    return CannotBegin{possible.error().message(), ExitCode::CouldNotObserve};
  }
  auto stages = std::make_unique<Stages>(options, std::move(arguments));
  if (auto selected = stages->select_containers(); !selected) {
    return CannotBegin{selected.error().message(), ExitCode::Usage};
  }
  if (auto started = stages->start_observing(*btf); !started) {
    return CannotBegin{started.error().message(),
                       stages->recording_failed() ? ExitCode::Failed : ExitCode::CouldNotObserve};
  }
  return std::unique_ptr<Investigation>(new Investigation(std::move(stages)));
}

Report Investigation::run(Progress& progress, const std::atomic<bool>& interrupted) {
  const auto duration = stages_->options().duration;
  auto look_due = kLookEvery;
  bool interim_due = duration > kInterimVerdictAfter + kLookEvery;
  for (;;) {
    const auto elapsed = stages_->elapsed();
    if (elapsed >= duration || interrupted) {
      break;
    }
    stages_->take_in(std::min<std::chrono::milliseconds>(kTakeEvery, duration - elapsed));
    if (elapsed >= look_due) {
      look_due += kLookEvery;
      stages_->look_around();
    }
    if (interim_due && elapsed >= kInterimVerdictAfter) {
      interim_due = false;
      progress.announce(stages_->interim_verdict());
    }
    progress.update(elapsed);
  }
  return stages_->finish(interrupted);
}

}  // namespace culprit
