// SPDX-License-Identifier: Apache-2.0
#include "report/fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace culprit {
namespace {

struct Case {
  Profile profile;
  Finding finding;

  [[nodiscard]] std::string id() const { return fingerprint(profile, finding); }
};

Case storm() {
  Case made;
  WorkloadProfile workload;
  workload.container.name = "shop-worker-1";
  workload.container.id = "3f9c1b2a77de";
  workload.container.image = "registry:5000/shop/worker:v41";
  workload.container.service = workload.container.image;
  made.profile.workloads = {workload};
  made.finding.kind = FindingKind::RetryStorm;
  made.finding.workloads = {WorkloadIndex(0)};
  made.finding.threads = {{{Pid(100), 5}, Tid(101)}};
  made.finding.where = {made.profile.frames.intern({"connect_forever", "/app/w.py", 27, "w.py"})};
  made.finding.target = FindingTarget{.kind = TargetKind::Tcp,
                                      .address = "172.18.0.3",
                                      .port = 3306,
                                      .path = "",
                                      .hostname = "db",
                                      .hostname_source = "dns",
                                      .container = "mysql-1"};
  return made;
}

TEST(Fingerprint, IsSixteenHexDigits) {
  EXPECT_THAT(storm().id(), testing::MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(storm().id().size(), 16U);
}

TEST(Fingerprint, StaysTheSameAcrossRestartsDeploysAndReplicas) {
  Case later = storm();
  later.finding.threads = {{{Pid(200), 9}, Tid(200)}};
  later.finding.confidence = 0.5;
  later.profile.workloads[0].container.id = "aaaaaaaaaaaa";
  later.profile.workloads[0].container.name = "shop-worker-7";
  later.profile.workloads[0].container.image = "registry:5000/shop/worker:v42";
  later.profile.workloads[0].container.service = "registry:5000/shop/worker:v42";
  later.finding.where = {later.profile.frames.intern({"connect_forever", "/app/w.py", 31, "w.py"})};
  later.finding.target->address = "172.18.0.9";
  later.finding.target->container = "mysql-2";
  EXPECT_EQ(later.id(), storm().id());
}

TEST(Fingerprint, DiffersByKindServiceFunctionAndDestination) {
  Case other = storm();
  other.finding.kind = FindingKind::DestinationDown;
  EXPECT_NE(other.id(), storm().id());
  other = storm();
  other.profile.workloads[0].container.service = "billing";
  EXPECT_NE(other.id(), storm().id());
  other = storm();
  other.finding.where = {other.profile.frames.intern({"poll", "", 0, "libc.so.6"})};
  EXPECT_NE(other.id(), storm().id());
  other = storm();
  other.finding.target->port = 3307;
  EXPECT_NE(other.id(), storm().id());
}

TEST(Fingerprint, IgnoresLoadAddressesDatesAndPidsInPaths) {
  Case one = storm();
  Case two = storm();
  one.finding.where = {one.profile.frames.intern({"[0x7f3100]", "", 0, ""})};
  two.finding.where = {two.profile.frames.intern({"[0x55aa00]", "", 0, ""})};
  one.finding.target->path = "/var/log/app-2026-01-31.8121.log";
  two.finding.target->path = "/var/log/app-2026-02-01.99.log";
  EXPECT_EQ(one.id(), two.id());
}

TEST(Fingerprint, KeepsOffsetsInModulesForTheyDoNotMove) {
  Case one = storm();
  Case two = storm();
  one.finding.where = {one.profile.frames.intern({"[app+0x10]", "", 0, "app"})};
  two.finding.where = {two.profile.frames.intern({"[app+0x20]", "", 0, "app"})};
  EXPECT_NE(one.id(), two.id());
}

}  // namespace
}  // namespace culprit
