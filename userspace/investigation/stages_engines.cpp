// SPDX-License-Identifier: Apache-2.0
// What the stages ask container engines, besides the observation.
#include <algorithm>
#include <utility>

#include "investigation/stages.h"
#include "kernel/staying_alive.h"

namespace culprit {

void Stages::take_engine_answer(bool wait) {
  if (!engines_) {
    return;
  }
  auto answer = wait ? std::optional(engines_->wait()) : engines_->poll();
  if (!answer) {
    return;
  }
  containers_->learn(*answer);
  engines_answer_ = !answer->engines.empty();
  for (const std::string& failure : answer->failures) {
    limits_.add(kContainerNamesLimit, failure);
  }
  engines_.reset();
}

void Stages::ask_engines() {
  engines_.emplace(engine_sockets_,
                   [] { static_cast<void>(reserve_cpu(Tid(0), kHelperReservation)); });
}

/// Containers that were born since the engines were asked want names too.
void Stages::ask_about_newborn() {
  if (engines_ || !engines_answer_) {
    return;
  }
  std::set<std::string> undescribed = containers_->undescribed();
  if (!std::ranges::includes(asked_about_, undescribed)) {
    asked_about_ = std::move(undescribed);
    ask_engines();
  }
}

}  // namespace culprit
