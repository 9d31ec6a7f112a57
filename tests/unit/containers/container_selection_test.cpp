// SPDX-License-Identifier: Apache-2.0
#include "containers/container_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace culprit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kFirst = "abc1" + std::string(60, '1');
const std::string kSecond = "abc2" + std::string(60, '2');

Container made(std::string name, std::string id, std::string pod = {}) {
  Container container;
  container.name = std::move(name);
  container.cgroup_path = "/docker/" + id;
  container.id = std::move(id);
  if (!pod.empty()) {
    container.pod = std::move(pod);
    container.pod_namespace = "shop";
  }
  return container;
}

std::vector<Container> known() {
  std::vector<Container> all = {made("backend-1", kFirst), made("backend-2", kSecond),
                                made("api-x/app", std::string(64, '3'), "api-x"),
                                made("api-y/app", std::string(64, '4'), "api-y")};
  all[0].labels = {{"tier", "web"}, {"version", "41"}};
  all[1].labels = {{"tier", "web"}, {"version", "42"}};
  return all;
}

Result<std::vector<std::string>> selected(ContainerSelection selection) {
  return select_containers(selection, known(), {"/docker", "/docker/" + kFirst, "/bare/group"});
}

TEST(ContainerSelection, FindsByNameIdAndPath) {
  for (const std::string& wish : {std::string("backend-1"), std::string("abc1"), kFirst,
                                  "/docker/" + kFirst, "docker/" + kFirst + "/"}) {
    const auto paths = selected({.containers = {wish}});
    ASSERT_TRUE(paths) << wish << ": " << paths.error().message();
    EXPECT_THAT(*paths, ElementsAre("/docker/" + kFirst)) << wish;
  }
  EXPECT_THAT(*selected({.containers = {"/bare/group"}}), ElementsAre("/bare/group"));
  EXPECT_THAT(*selected({.containers = {"api-x/app"}}),
              ElementsAre("/docker/" + std::string(64, '3')));
}

TEST(ContainerSelection, FindsByPodAndLabel) {
  EXPECT_THAT(*selected({.pods = {"shop/api-x"}}), ElementsAre("/docker/" + std::string(64, '3')));
  EXPECT_THAT(*selected({.labels = {"tier=web"}}),
              ElementsAre("/docker/" + kFirst, "/docker/" + kSecond));
  EXPECT_THAT(*selected({.labels = {"version=42", "tier"}}),
              ElementsAre("/docker/" + kFirst, "/docker/" + kSecond));
}

TEST(ContainerSelection, SaysWhatIsWrong) {
  const auto message = [](ContainerSelection selection) {
    const auto paths = selected(std::move(selection));
    return paths ? std::string("found") : paths.error().message();
  };
  EXPECT_THAT(message({.containers = {"frontend"}}), HasSubstr("no container \"frontend\""));
  EXPECT_THAT(message({.containers = {"frontend"}}), HasSubstr("backend-1 (abc111111111)"));
  EXPECT_THAT(message({.containers = {"abc"}}), HasSubstr("not one container but 2"));
  EXPECT_THAT(message({.containers = {"app"}}), HasSubstr("not one container but 2"));
  EXPECT_THAT(message({.containers = {""}}), HasSubstr("no container"));
  EXPECT_THAT(message({.containers = {"/"}}), HasSubstr("no container"));
  EXPECT_THAT(message({.containers = {"ab"}}), HasSubstr("no container"));
  EXPECT_THAT(message({.pods = {"api-x"}}), HasSubstr("NAMESPACE/NAME"));
  EXPECT_THAT(message({.pods = {"shop/none"}}), HasSubstr("no pod"));
  EXPECT_THAT(message({.labels = {"tier=db"}}), HasSubstr("no container with the label"));
  EXPECT_THAT(message({.labels = {"=x"}}), HasSubstr("KEY=VALUE"));
  EXPECT_EQ(message({.containers = {"\x1b[31m"}}).find('\x1b'), std::string::npos);
}

TEST(ContainerSelection, ListsOnlyAFewNames) {
  std::vector<Container> many;
  for (int index = 0; index < 100; ++index) {
    many.push_back(made("c" + std::to_string(index), ""));
  }
  const auto paths = select_containers({.containers = {"x"}}, many, {});
  ASSERT_FALSE(paths);
  EXPECT_THAT(paths.error().message(), HasSubstr("and 90 more"));
}

}  // namespace
}  // namespace culprit
