// SPDX-License-Identifier: Apache-2.0
#include "aggregation/cpu_cores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "support/sample_builders.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

constexpr double kTolerance = 1e-9;

double sum_of(const CpuCores& cores) {
  return cores.busy() + cores.iowait + cores.steal + cores.idle;
}

UsageSpan<HostUsage> host_between(CpuTimes from, CpuTimes to) {
  return {.first = a_host_usage().cpu(from), .last = a_host_usage().at(10s).cpu(to)};
}

UsageSpan<CgroupUsage> cgroup_between(CgroupUsage from, CgroupUsage to) {
  return {.first = std::move(from), .last = std::move(to)};
}

constexpr WindowSpan kWindow{.start = kWindowStart, .end = kWindowStart + 10s};

TEST(HostCores, AddUpToTheNumberOfCpus) {
  const auto cores = host_cores(
      host_between({.user = 5s, .idle = 100s}, {.user = 11s, .system = 2s, .idle = 108s}), 2);
  ASSERT_TRUE(cores);
  EXPECT_THAT(sum_of(*cores), DoubleNear(2, kTolerance));
  EXPECT_THAT(cores->user, DoubleNear(2.0 * 6 / 16, kTolerance));
}

TEST(HostCores, TakeACounterThatWentBackAsStandingStill) {
  const auto cores = host_cores(
      host_between({.iowait = 50s, .idle = 10s}, {.user = 4s, .iowait = 49s, .idle = 14s}), 2);
  ASSERT_TRUE(cores);
  EXPECT_EQ(cores->iowait, 0);
  EXPECT_THAT(sum_of(*cores), DoubleNear(2, kTolerance));
}

TEST(HostCores, AreNotKnownFromASingleReading) {
  EXPECT_FALSE(host_cores(host_between({.user = 5s}, {.user = 5s}), 2));
}

TEST(HostCores, LeaveIdleWhatNoSampleSaysWasBusy) {
  const CpuCores cores = host_cores(SampledCores{.user = 0.5, .system = 0.25}, 2);
  EXPECT_THAT(cores.idle, DoubleNear(1.25, kTolerance));
}

TEST(HostCores, NeverExceedTheCpusHoweverManySamplesThereAre) {
  const CpuCores cores = host_cores(SampledCores{.user = 3, .softirq = 1}, 2);
  EXPECT_THAT(sum_of(cores), DoubleNear(2, kTolerance));
  EXPECT_THAT(cores.softirq, DoubleNear(0.5, kTolerance));
}

TEST(MeasuredCores, AreTheClocksDifferenceOverItsOwnTime) {
  const CgroupUsage from = a_cgroup_usage(7).at(0s).cpu(100s);
  const CgroupUsage to = a_cgroup_usage(7).at(9'500ms).cpu(109'500ms);
  EXPECT_THAT(measured_cores(from, to, kWindow, 2), ::testing::Optional(DoubleNear(1, kTolerance)));
}

TEST(MeasuredCores, AreNotKnownFromASingleReading) {
  const CgroupUsage reading = a_cgroup_usage(7).cpu(5s);
  EXPECT_EQ(measured_cores(reading, reading, kWindow, 2), std::nullopt);
}

TEST(MeasuredCores, SpreadACgroupThatDiedOverTheWholeWindow) {
  const CgroupUsage from = a_cgroup_usage(7).at(0s).cpu(0s);
  const CgroupUsage to = a_cgroup_usage(7).at(2s).cpu(2s);
  EXPECT_THAT(measured_cores(from, to, kWindow, 2),
              ::testing::Optional(DoubleNear(0.2, kTolerance)));
}

TEST(MeasuredCores, NeverExceedTheCpusNorFallBelowNothing) {
  const CgroupUsage from = a_cgroup_usage(7).at(0s).cpu(50s);
  EXPECT_EQ(measured_cores(from, a_cgroup_usage(7).at(10s).cpu(500s), kWindow, 2), 2.0);
  EXPECT_EQ(measured_cores(from, a_cgroup_usage(7).at(10s).cpu(1s), kWindow, 2), 0.0);
}

TEST(UsageBaseline, IsNothingAtACreationInsideTheWindow) {
  const auto usage = cgroup_between(a_cgroup_usage(7).at(5s).cpu(1s), a_cgroup_usage(7).at(10s));
  const CgroupUsage from = usage_baseline(usage, kWindowStart + 4s, 2);
  EXPECT_EQ(from.cpu, 0s);
  EXPECT_EQ(from.time, kWindowStart + 4s);
}

TEST(UsageBaseline, DoesNotBelieveACreationThatCannotHaveUsedSoMuch) {
  const auto usage = cgroup_between(a_cgroup_usage(7).at(5s).cpu(60s), a_cgroup_usage(7).at(10s));
  EXPECT_EQ(usage_baseline(usage, kWindowStart + 4s, 2).cpu, 60s) << "another hierarchy's namesake";
}

TEST(ShareOut, GivesTheRemainderToNobodyInParticular) {
  const CoreShares shares =
      share_out(std::vector<CoreClaim>{{.cores = 0.5, .estimated = false}, {.cores = 0.25}}, 1);
  EXPECT_THAT(shares.cores, ElementsAre(0.5, 0.25));
  EXPECT_THAT(shares.remainder, DoubleNear(0.25, kTolerance));
}

TEST(ShareOut, ScalesEstimatesBeforeClocks) {
  const CoreShares shares = share_out(
      std::vector<CoreClaim>{{.cores = 0.5, .estimated = false}, {.cores = 1}, {.cores = 3}}, 1);
  EXPECT_THAT(shares.cores,
              ElementsAre(0.5, DoubleNear(0.125, kTolerance), DoubleNear(0.375, kTolerance)));
  EXPECT_THAT(shares.remainder, DoubleNear(0, kTolerance));
}

TEST(ShareOut, ScalesClocksWhenTheyAloneClaimTooMuch) {
  const CoreShares shares = share_out(
      std::vector<CoreClaim>{
          {.cores = 3, .estimated = false}, {.cores = 1, .estimated = false}, {.cores = 1}},
      2);
  EXPECT_THAT(shares.cores, ElementsAre(1.5, 0.5, 0.0));
}

TEST(ShareOut, TakesNegativeClaimsForNothing) {
  const CoreShares shares =
      share_out(std::vector<CoreClaim>{{.cores = -1, .estimated = false}, {.cores = 0.5}}, 1);
  EXPECT_THAT(shares.cores, ElementsAre(0.0, 0.5));
  EXPECT_THAT(share_out({}, -1).remainder, 0.0);
}

class RandomClaims : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(RandomClaims, AreSharedOutSoThatAllAddsUpAndNobodyGetsMoreThanClaimed) {
  std::mt19937 random(GetParam());
  std::uniform_real_distribution<double> cores(-0.2, 2.0);
  for (int round = 0; round < 500; ++round) {
    std::vector<CoreClaim> claims(random() % 12);
    for (CoreClaim& claim : claims) {
      claim = {.cores = cores(random), .estimated = random() % 2 == 0};
    }
    const double available = std::max(0.0, cores(random) * static_cast<double>(random() % 8));
    const CoreShares shares = share_out(claims, available);
    ASSERT_EQ(shares.cores.size(), claims.size());
    double sum = shares.remainder;
    bool estimates_cut = false;
    bool clocks_cut = false;
    double left_to_estimates = 0;
    for (std::size_t index = 0; index < claims.size(); ++index) {
      const double claimed = std::max(0.0, claims[index].cores);
      EXPECT_GE(shares.cores[index], 0);
      EXPECT_LE(shares.cores[index], claimed + kTolerance);
      const bool cut = shares.cores[index] < claimed - kTolerance;
      (claims[index].estimated ? estimates_cut : clocks_cut) |= cut;
      left_to_estimates += claims[index].estimated ? shares.cores[index] : 0;
      sum += shares.cores[index];
    }
    EXPECT_NEAR(sum, available, 1e-9);
    EXPECT_GE(shares.remainder, 0);
    if (clocks_cut) {
      EXPECT_NEAR(left_to_estimates, 0, 1e-9) << "clocks are cut only when estimates are gone";
    }
    if (estimates_cut) {
      EXPECT_NEAR(shares.remainder, 0, 1e-9) << "nothing remains while somebody's claim is cut";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomClaims, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace culprit
