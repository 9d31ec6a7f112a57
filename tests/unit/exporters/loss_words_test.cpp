// SPDX-License-Identifier: Apache-2.0
#include "exporters/loss_words.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(LossWords, SaysWhatWasLostWorstFirst) {
  EXPECT_EQ(word_losses({{"symbols_unknown", 7}, {"not_delivered", 3}, {"queue_full", 0}}),
            "lost: samples that the kernel did not deliver 3, frames without a name 7");
}

TEST(LossWords, SaysNothingWithoutALoss) {
  EXPECT_EQ(word_losses({}), "");
  EXPECT_EQ(word_losses({{"not_delivered", 0}}), "");
}

TEST(LossWords, KeepsCountersThatItDoesNotKnow) {
  EXPECT_EQ(word_losses({{"a_new_counter", 2}}), "lost: a_new_counter 2");
  EXPECT_EQ(loss_words("bad\x1b[name").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace culprit
