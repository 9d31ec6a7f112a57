// SPDX-License-Identifier: Apache-2.0
#include "samples/sample_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace culprit {
namespace {

std::vector<Sample> some_samples(std::size_t count) {
  return std::vector<Sample>(count, Sample(SamplerTicks{}));
}

TEST(SampleQueue, HandsOverInOrderOfArrival) {
  SampleQueue queue(10);
  queue.push({Sample(SamplerTicks{}), Sample(HostUsage{})});
  const auto taken = queue.take(std::chrono::milliseconds(0));
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<SamplerTicks>(taken[0]));
  EXPECT_TRUE(std::holds_alternative<HostUsage>(taken[1]));
}

TEST(SampleQueue, CountsWhatFoundNoRoom) {
  SampleQueue queue(3);
  queue.push(some_samples(5));
  const auto taken = queue.take(std::chrono::milliseconds(0));
  ASSERT_EQ(taken.size(), 4U);
  const auto* loss = std::get_if<LossCount>(&taken.back());
  ASSERT_NE(loss, nullptr);
  EXPECT_EQ(loss->cause, "queue_full");
  EXPECT_EQ(loss->count, 2U);
  EXPECT_TRUE(queue.take(std::chrono::milliseconds(0)).empty());
}

TEST(SampleQueue, IsFinishedOnlyWhenClosedAndEmpty) {
  SampleQueue queue(3);
  queue.push(some_samples(1));
  EXPECT_FALSE(queue.finished());
  queue.close();
  EXPECT_FALSE(queue.finished());
  queue.take(std::chrono::milliseconds(0));
  EXPECT_TRUE(queue.finished());
}

TEST(SampleQueue, WakesAWaitingReader) {
  SampleQueue queue(3);
  std::thread writer([&queue] { queue.push(some_samples(1)); });
  EXPECT_EQ(queue.take(std::chrono::seconds(30)).size(), 1U);
  writer.join();
}

}  // namespace
}  // namespace culprit
