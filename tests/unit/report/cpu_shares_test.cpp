// SPDX-License-Identifier: Apache-2.0
#include "report/cpu_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace culprit {
namespace {

WorkloadProfile workload(const std::string& name, double cores, WorkloadKind kind) {
  WorkloadProfile made;
  made.container.name = name;
  made.container.kind = kind;
  made.cpu_cores = cores;
  return made;
}

Profile profile_of(double backend, double dockerd, double softirq) {
  Profile profile;
  profile.host.cpus = 2;
  profile.cores.steal = 0.1;
  profile.cores.iowait = 0.1;
  profile.cores.idle = 0.3;
  profile.workloads = {workload("backend", backend, WorkloadKind::Container),
                       workload("dockerd", dockerd, WorkloadKind::HostService),
                       workload("", softirq, WorkloadKind::Host)};
  profile.workloads[2].kernel_activity = "kernel:softirq";
  return profile;
}

double sum_of(const std::vector<CpuShare>& shares) {
  double sum = 0;
  for (const CpuShare& share : shares) {
    sum += share.cores;
  }
  return sum;
}

std::vector<std::string> names_of(const std::vector<CpuShare>& shares) {
  std::vector<std::string> names;
  names.reserve(shares.size());
  for (const CpuShare& share : shares) {
    names.push_back(share.name);
  }
  return names;
}

TEST(CpuShares, AddUpToTheCpusAndSayWhatIsInNobodysAccount) {
  const auto shares = cpu_shares(profile_of(1.0, 0.2, 0.1));
  EXPECT_NEAR(sum_of(shares), 2.0, 1e-9);
  EXPECT_THAT(names_of(shares), testing::ElementsAre("backend", "dockerd", "softirq",
                                                     "unattributed", "steal", "iowait", "idle"));
  EXPECT_NEAR(shares[3].cores, 0.2, 1e-9);
}

TEST(CpuShares, AddUpWhenClocksCountInterruptsTwice) {
  const auto shares = cpu_shares(profile_of(1.5, 0.2, 0.1));
  EXPECT_NEAR(sum_of(shares), 2.0, 1e-9);
  EXPECT_NEAR(shares[0].cores, 1.5 * 1.5 / 1.8, 1e-9);
}

TEST(CpuShares, ListContainersBeforeServicesBeforeTheKernel) {
  const auto shares = cpu_shares(profile_of(0.1, 0.5, 0.9));
  EXPECT_EQ(shares[0].kind, CpuShareKind::Container);
  EXPECT_EQ(shares[1].kind, CpuShareKind::Service);
  EXPECT_EQ(shares[2].kind, CpuShareKind::Kernel);
}

TEST(CpuShares, LeaveOutWhoHadNothing) {
  const auto shares = cpu_shares(profile_of(1.0, 0.0, 0.1));
  EXPECT_THAT(names_of(shares), testing::Not(testing::Contains("dockerd")));
}

TEST(CpuShares, OfAnUnknownHostAreEmptyButForThePlaces) {
  EXPECT_EQ(sum_of(cpu_shares({})), 0);
}

}  // namespace
}  // namespace culprit
