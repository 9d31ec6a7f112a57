// SPDX-License-Identifier: Apache-2.0
#include "detectors/confidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detectors/all_detectors.h"
#include "unit/detectors/profile_builder.h"

namespace culprit {
namespace {

using test::find_kind;
using test::ProfileBuilder;
using testing::Contains;
using testing::HasSubstr;

TEST(Confidence, AddsUpIndependentEvidence) {
  Confidence confidence(0.5, "one");
  confidence.support(0.5, "two");
  EXPECT_DOUBLE_EQ(confidence.value(), 0.75);
  confidence.lower(0.5, "but");
  EXPECT_DOUBLE_EQ(confidence.value(), 0.375);
  EXPECT_EQ(confidence.reasons().size(), 3U);
}

TEST(Confidence, StaysBelowItsCap) {
  Confidence confidence(1, "sure");
  EXPECT_LE(confidence.value(), 0.95);
  confidence.cap(0.49, "unproven");
  EXPECT_DOUBLE_EQ(confidence.value(), 0.49);
  confidence.lower(0.5, "loss");
  EXPECT_DOUBLE_EQ(confidence.value(), 0.245);
}

TEST(Confidence, FactorsOutsideOfTheirRangeDoNoHarm) {
  Confidence confidence(7, "x");
  confidence.lower(-3, "negative");
  EXPECT_DOUBLE_EQ(confidence.value(), 0);
  Confidence other(0.4, "x");
  other.lower(1.5, "no reason to be surer");
  EXPECT_DOUBLE_EQ(other.value(), 0.4);
  EXPECT_EQ(other.reasons().size(), 1U);
}

TEST(Wilson, IsNarrowWithManySamplesAndHonestWithFew) {
  EXPECT_NEAR(wilson_lower(1000, 1000), 0.996, 0.001);
  EXPECT_NEAR(wilson_lower(3, 3), 0.438, 0.01);
  EXPECT_DOUBLE_EQ(wilson_lower(0, 0), 0);
  EXPECT_NEAR(wilson_half_width(1500, 3000), 0.018, 0.001);
  EXPECT_DOUBLE_EQ(wilson_half_width(0, 0), 1);
}

double storm_confidence_with(const char* cause, std::uint64_t lost) {
  ProfileBuilder builder;
  const WorkloadIndex worker = builder.container("worker");
  builder.thread({.workload = worker, .paths = {{"_start", "main", "retry", "connect@libc.so.6"}}});
  builder.connects({.workload = worker});
  builder.raw().workloads[0].lost[cause] = lost;
  const auto findings = run_detectors(builder.build());
  const Finding* storm = find_kind(findings, FindingKind::RetryStorm);
  return storm == nullptr ? -1 : storm->confidence;
}

TEST(Confidence, FallsWithEverySampleLost) {
  double before = storm_confidence_with("sample_ring_full", 0);
  ASSERT_GT(before, 0.8);
  for (const std::uint64_t lost : {10U, 100U, 300U, 1000U, 9000U}) {
    const double now = storm_confidence_with("sample_ring_full", lost);
    EXPECT_LT(now, before) << lost;
    before = now;
  }
  EXPECT_LT(before, 0.15);
}

TEST(Confidence, FallsByHalfAtMostWithLostEvents) {
  const double whole = storm_confidence_with("connect_map_full", 0);
  double before = whole;
  for (const std::uint64_t lost : {100U, 4000U, 1000000U}) {
    const double now = storm_confidence_with("connect_map_full", lost);
    EXPECT_LT(now, before) << lost;
    EXPECT_GT(now, 0.45 * whole) << lost;
    before = now;
  }
  EXPECT_DOUBLE_EQ(storm_confidence_with("stack_ring_full", 4000), whole);
}

TEST(Confidence, SaysThatDataWasLost) {
  ProfileBuilder builder;
  const WorkloadIndex loop = builder.container("loop");
  builder.thread({.workload = loop});
  builder.listen(loop, 100, 80, 128);
  builder.raw().lost["not_delivered"] = 1000;
  const auto findings = run_detectors(builder.build());
  ASSERT_NE(find_kind(findings, FindingKind::RunawayLoop), nullptr);
  EXPECT_THAT(find_kind(findings, FindingKind::RunawayLoop)->confidence_reasons,
              Contains(HasSubstr("of the samples were lost")));
}

TEST(Confidence, GrowsWithSamplesButIsNeverMadeByThemAlone) {
  double before = 0;
  for (const double running : {0.03, 0.1, 0.3, 1.0}) {
    ProfileBuilder builder;
    const WorkloadIndex loop = builder.container("loop");
    builder.raw().workloads[0].cpu_limit_cores = 0.02;
    builder.thread({.workload = loop, .running = running, .waiting = 1 - running});
    const auto findings = run_detectors(builder.build());
    const Finding* computation = find_kind(findings, FindingKind::LongComputation);
    ASSERT_NE(computation, nullptr) << running;
    EXPECT_GE(computation->confidence, before);
    EXPECT_LT(computation->confidence, 0.5);
    before = computation->confidence;
  }
}

}  // namespace
}  // namespace culprit
