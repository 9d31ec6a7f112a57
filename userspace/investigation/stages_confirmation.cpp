// SPDX-License-Identifier: Apache-2.0
// What flows between the samples and the confirmation that is made from them.
#include <unistd.h>

#include "confirmation/confirmation.h"
#include "investigation/stages.h"

namespace culprit {

void Stages::start_confirmation() {
  confirmation_ = std::make_unique<Confirmation>(observer_->shared_maps(),
                                                 Pid(static_cast<std::uint32_t>(::getpid())),
                                                 observer_->started_at());
}

/// What was observed of the suspected calls, as one more kind of sample.
void Stages::take_confirmation() {
  if (confirmation_ == nullptr) {
    return;
  }
  confirmation_->report(*intake_);
  for (const Error& failure : confirmation_->failures()) {
    limits_.add("calls that do not return", failure);
  }
}

}  // namespace culprit
