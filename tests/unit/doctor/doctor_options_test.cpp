// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_options.h"

#include <gtest/gtest.h>

#include "cli/forced_rungs.h"
#include "cli/selectors.h"

namespace culprit {
namespace {

ExitCode code_of(const std::vector<std::string>& arguments) {
  const auto parsed = parse_doctor_line(arguments);
  const auto* early = std::get_if<EarlyExit>(&parsed);
  return early == nullptr ? ExitCode::Failed : early->code;
}

TEST(DoctorLine, TakesItsOptions) {
  const auto parsed = parse_doctor_line({"--format", "json", "--btf", "/proc/self/exe"});
  const auto* options = std::get_if<DoctorOptions>(&parsed);
  ASSERT_NE(options, nullptr);
  EXPECT_EQ(options->format, OutputFormat::Json);
  EXPECT_EQ(options->btf_file, "/proc/self/exe");
}

TEST(DoctorLine, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(code_of({"--format", "markdown"}), ExitCode::Usage);
  EXPECT_EQ(code_of({"--btf", "/does/not/exist"}), ExitCode::Usage);
  EXPECT_EQ(code_of({"more"}), ExitCode::Usage);
  EXPECT_EQ(code_of({"--help"}), ExitCode::Ran);
}

TEST(ForcedRung, AddsToThoseBefore) {
  const auto first = parse_rung("raw-tracepoints", {});
  ASSERT_TRUE(first);
  const auto both = parse_rung("kernel-walker", *first);
  ASSERT_TRUE(both);
  EXPECT_EQ(*both, (ForcedRungs{.raw_tracepoints = true, .kernel_walker = true}));
  EXPECT_FALSE(parse_rung("ladder", {}));
}

}  // namespace
}  // namespace culprit
