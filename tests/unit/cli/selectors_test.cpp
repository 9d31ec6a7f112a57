// SPDX-License-Identifier: Apache-2.0
#include "cli/selectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace culprit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bool is_kind(std::string_view name) {
  return name == "runaway_loop" || name == "log_flood";
}

TEST(Container, IsAnyTextButNothing) {
  EXPECT_EQ(parse_container("backend-2").value_or(""), "backend-2");
  EXPECT_EQ(parse_container("/kubepods/x y").value_or(""), "/kubepods/x y");
  EXPECT_FALSE(parse_container(""));
  EXPECT_FALSE(parse_container(std::string(5000, 'a')));
}

TEST(Pod, IsANamespaceAndAName) {
  const auto pod = parse_pod("shop/backend-0");
  ASSERT_TRUE(pod);
  EXPECT_EQ(*pod, (PodSelector{.pod_namespace = "shop", .name = "backend-0"}));
  for (const std::string_view text : {"", "backend-0", "/backend-0", "shop/", "a/b/c", "/"}) {
    EXPECT_FALSE(parse_pod(text)) << text;
  }
}

TEST(Label, IsAKeyAndAValue) {
  const auto label = parse_label("app=back=end");
  ASSERT_TRUE(label);
  EXPECT_EQ(*label, (LabelSelector{.key = "app", .value = "back=end"}));
  const auto without_value = parse_label("app=");
  ASSERT_TRUE(without_value);
  EXPECT_EQ(*without_value, (LabelSelector{.key = "app", .value = ""}));
  for (const std::string_view text : {"", "app", "=backend", "="}) {
    EXPECT_FALSE(parse_label(text)) << text;
  }
}

TEST(FailOnOption, ListsKindsOnce) {
  const auto fail_on = parse_fail_on("log_flood,runaway_loop,log_flood", is_kind);
  ASSERT_TRUE(fail_on);
  EXPECT_THAT(fail_on->kinds, ElementsAre("log_flood", "runaway_loop"));
  EXPECT_FALSE(fail_on->any_culprit);
}

TEST(FailOnOption, MayBeAny) {
  const auto fail_on = parse_fail_on("any", is_kind);
  ASSERT_TRUE(fail_on);
  EXPECT_TRUE(fail_on->any_culprit);
  EXPECT_THAT(fail_on->kinds, IsEmpty());
}

TEST(FailOnOption, RefusesWhatIsNoKind) {
  for (const std::string_view text : {"", ",", "runaway_loop,", "runaway", "RUNAWAY_LOOP", "all"}) {
    EXPECT_FALSE(parse_fail_on(text, is_kind)) << text;
  }
  const auto fail_on = parse_fail_on("log_flood,oops", is_kind);
  ASSERT_FALSE(fail_on);
  EXPECT_THAT(fail_on.error().message(), HasSubstr("\"oops\" is not a kind"));
}

TEST(FailOn, MatchesFromItsConfidenceOn) {
  const FailOn fail_on = {.any_culprit = false, .kinds = {"log_flood"}, .min_confidence = 0.8};
  EXPECT_TRUE(fail_on.matches("log_flood", /*is_culprit=*/true, 0.8));
  EXPECT_TRUE(fail_on.matches("log_flood", /*is_culprit=*/false, 0.9));
  EXPECT_FALSE(fail_on.matches("log_flood", /*is_culprit=*/true, 0.79));
  EXPECT_FALSE(fail_on.matches("runaway_loop", /*is_culprit=*/true, 1));
}

TEST(FailOn, AnyMeansCulpritsOnly) {
  const FailOn fail_on = {.any_culprit = true, .kinds = {}, .min_confidence = 0.8};
  EXPECT_TRUE(fail_on.matches("runaway_loop", /*is_culprit=*/true, 0.9));
  EXPECT_FALSE(fail_on.matches("no_limits", /*is_culprit=*/false, 1));
}

TEST(FailOn, MatchesNothingWhenNotAsked) {
  EXPECT_FALSE(FailOn().matches("runaway_loop", /*is_culprit=*/true, 1));
}

TEST(OutDirectory, MayExistOrNot) {
  EXPECT_TRUE(parse_out_directory("/"));
  EXPECT_TRUE(parse_out_directory("does/not/exist/yet"));
  EXPECT_FALSE(parse_out_directory(""));
}

TEST(OutDirectory, IsNoFile) {
  const auto directory = parse_out_directory("/proc/self/stat");
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().message(), "\"/proc/self/stat\" exists and is not a directory");
  // Below a file nothing can be made.
  EXPECT_FALSE(parse_out_directory("/proc/self/stat/below"));
  EXPECT_FALSE(parse_out_directory("/dev/null"));
}

TEST(SocketPath, FitsIntoAnAddress) {
  EXPECT_TRUE(parse_socket_path(std::string(107, 'a')));
  EXPECT_FALSE(parse_socket_path(std::string(108, 'a')));
  EXPECT_FALSE(parse_socket_path(""));
}

}  // namespace
}  // namespace culprit
