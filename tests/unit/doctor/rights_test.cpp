// SPDX-License-Identifier: Apache-2.0
#include "doctor/rights.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

#include <algorithm>
#include <initializer_list>

namespace culprit {
namespace {

Rights rights_with(std::initializer_list<int> capabilities) {
  Rights rights;
  for (const int capability : capabilities) {
    rights.effective |= std::uint64_t{1} << static_cast<unsigned>(capability);
  }
  return rights;
}

Check check_of(const Rights& rights, std::string_view name) {
  const std::vector<Check> checks = judge_rights(rights);
  const auto found = std::ranges::find(checks, name, &Check::name);
  EXPECT_NE(found, checks.end()) << name;
  return found == checks.end() ? Check{} : *found;
}

TEST(Rights, AreReadFromTheStatusOfAProcess) {
  Rights rights;
  parse_status("Name:\tCapEff:\nX:\tCapEff:\t1\nCapEff:\t0000000000000180\nSeccomp:\t2\n", rights);
  EXPECT_EQ(rights.effective, 0x180U);
  EXPECT_TRUE(rights.filtered);
}

TEST(Rights, OfNoTextAreNone) {
  Rights rights;
  parse_status("", rights);
  parse_status("CapEff:", rights);
  parse_status("CapEff:\tnonsense\nSeccomp:\t", rights);
  EXPECT_EQ(rights.effective, 0U);
  EXPECT_FALSE(rights.filtered);
}

TEST(Rights, LockdownIsTheWordInBrackets) {
  EXPECT_EQ(parse_lockdown("none [integrity] confidentiality\n"), "integrity");
  EXPECT_EQ(parse_lockdown("[none] integrity"), "none");
  EXPECT_EQ(parse_lockdown("] ["), "");
  EXPECT_EQ(parse_lockdown("[open"), "");
  EXPECT_EQ(parse_lockdown(""), "");
}

TEST(Rights, WithoutBpfNothingWorksAndTheMendIsTold) {
  const Check check = check_of(rights_with({CAP_PERFMON}), "CAP_BPF");
  EXPECT_EQ(check.health, Health::Missing);
  EXPECT_TRUE(check.required);
  EXPECT_NE(check.mend.find("sudo culprit"), std::string::npos);
  EXPECT_NE(check.mend.find("--cap-add bpf"), std::string::npos);
}

TEST(Rights, TheAdministratorHasBpfAndPerfmonButNotSyslog) {
  const Rights admin = rights_with({CAP_SYS_ADMIN});
  EXPECT_EQ(check_of(admin, "CAP_BPF").health, Health::Works);
  EXPECT_EQ(check_of(admin, "CAP_PERFMON").health, Health::Works);
  EXPECT_EQ(check_of(admin, "CAP_CHECKPOINT_RESTORE").health, Health::Works);
  EXPECT_EQ(check_of(admin, "CAP_SYSLOG").health, Health::Fallback);
}

TEST(Rights, OnlyLockdownForConfidentialityIsInTheWay) {
  Rights rights;
  rights.lockdown = "integrity";
  EXPECT_EQ(check_of(rights, "kernel lockdown").health, Health::Works);
  rights.lockdown = "confidentiality";
  EXPECT_EQ(check_of(rights, "kernel lockdown").health, Health::Missing);
}

TEST(Rights, ParanoiaDoesNotMeetWhoHasPerfmon) {
  Rights rights;
  rights.perf_event_paranoid = 4;
  EXPECT_EQ(check_of(rights, "perf_event_paranoid").health, Health::Missing);
  rights.effective = rights_with({CAP_PERFMON}).effective;
  EXPECT_EQ(check_of(rights, "perf_event_paranoid").health, Health::Works);
}

TEST(Rights, ASmallLimitMattersOnlyWhereMapsCountAgainstIt) {
  Rights rights;
  rights.locked_bytes = 65536;
  EXPECT_EQ(check_of(rights, "locked memory").health, Health::Works);
  rights.charges_maps_to_limit = true;
  EXPECT_EQ(check_of(rights, "locked memory").health, Health::Missing);
  rights.effective = rights_with({CAP_SYS_RESOURCE}).effective;
  EXPECT_EQ(check_of(rights, "locked memory").health, Health::Works);
}

TEST(Rights, AContainersOwnProcessNamesAreTold) {
  Rights rights;
  rights.host_pid_namespace = false;
  EXPECT_NE(check_of(rights, "process namespace").mend.find("--pid=host"), std::string::npos);
}

}  // namespace
}  // namespace culprit
