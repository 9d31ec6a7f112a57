// SPDX-License-Identifier: Apache-2.0
#include "containers/docker_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "containers/bounded_json.h"
#include "containers/engine_files.h"

namespace culprit {
namespace {

using testing::ElementsAre;

const std::string kId = std::string(64, 'a');

std::string list_entry(const std::string& more = {}) {
  return R"({"Id":")" + kId + R"(","Names":["/shop-backend-2"],"Image":"shop/backend:v42",)" +
         R"x("State":"running","Status":"Up 5 minutes (unhealthy)",)x"
         R"("Labels":{"com.docker.compose.service":"backend"},)"
         R"("NetworkSettings":{"Networks":{"shop":{"IPAddress":"172.18.0.3",)"
         R"("GlobalIPv6Address":"fd00::3"},"none":{"IPAddress":""}}})" +
         more + "}";
}

TEST(DockerAnswers, ReadsTheList) {
  const auto list = parse_container_list("[" + list_entry() + "]");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 1U);
  const EngineContainer& container = list->front();
  EXPECT_EQ(container.id, kId);
  EXPECT_EQ(container.name, "shop-backend-2");
  EXPECT_EQ(container.image, "shop/backend:v42");
  EXPECT_EQ(container.health, "unhealthy");
  EXPECT_TRUE(container.running);
  EXPECT_EQ(container.labels.at("com.docker.compose.service"), "backend");
  EXPECT_THAT(container.addresses, ElementsAre("172.18.0.3", "fd00::3"));
}

TEST(DockerAnswers, ReadsDetails) {
  const auto container = parse_container_details(
      R"({"Id":")" + kId +
      R"(","Name":"/x","RestartCount":3,"State":{"Running":true,)"
      R"("StartedAt":"2026-03-01T12:00:00.5Z","Health":{"Status":"starting"}},)"
      R"("HostConfig":{"NanoCpus":1500000000,"Memory":536870912},)"
      R"("Config":{"Image":"i","Labels":{"a":"b"}}})");
  ASSERT_TRUE(container);
  EXPECT_EQ(container->restarts, 3U);
  EXPECT_EQ(container->health, "starting");
  EXPECT_EQ(container->cpu_limit_cores, 1.5);
  EXPECT_EQ(container->memory_limit_bytes, 536870912U);
  ASSERT_TRUE(container->started_at);
  EXPECT_EQ(*container->started_at, std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) +
                                        std::chrono::hours(12) + std::chrono::milliseconds(500));
}

TEST(DockerAnswers, ReadsQuotaAndPeriod) {
  const auto container = parse_container_details(
      R"({"Id":")" + kId + R"(","HostConfig":{"CpuQuota":50000,"CpuPeriod":0,"Memory":0}})");
  ASSERT_TRUE(container);
  EXPECT_EQ(container->cpu_limit_cores, 0.5);
  EXPECT_EQ(container->memory_limit_bytes, std::nullopt);
  EXPECT_EQ(container->started_at, std::nullopt);
}

TEST(DockerAnswers, TakesKubernetesNames) {
  EngineContainer from_name;
  from_name.name = "k8s_app_api-x_shop_8c0e2a3b-1234-4cde-9f01-23456789abcd_2";
  take_kubernetes_names(from_name);
  EXPECT_EQ(from_name.name, "app");
  EXPECT_EQ(from_name.pod, "api-x");
  EXPECT_EQ(from_name.pod_namespace, "shop");
  EXPECT_EQ(from_name.restarts, 2U);
  EngineContainer from_labels;
  from_labels.labels = {{"io.kubernetes.pod.name", "api-y"},
                        {"io.kubernetes.container.name", "app"}};
  take_kubernetes_names(from_labels);
  EXPECT_EQ(from_labels.name, "app");
  EXPECT_EQ(from_labels.pod, "api-y");
}

TEST(DockerAnswers, TellsPodmanFromDocker) {
  EXPECT_EQ(parse_version(R"({"Version":"28.2.2"})")->engine, "docker");
  EXPECT_EQ(parse_version(R"({"Version":"4.3","Components":[{"Name":"Podman Engine"}]})")->engine,
            "podman");
  EXPECT_FALSE(parse_version("[]"));
}

TEST(DockerAnswers, RefusesWhatIsNoAnswer) {
  for (const char* body : {"", "null", "{", "42", "\"x\"", "[", "{\"Id\":1}", "\xff\xfe"}) {
    EXPECT_FALSE(parse_container_details(body)) << body;
  }
  for (const char* body : {"", "{}", "null", "[{"}) {
    EXPECT_FALSE(parse_container_list(body)) << body;
  }
  // Entries of odd types are left out one by one.
  const auto list = parse_container_list(
      R"([1,null,"x",{},{"Id":[]},{"Id":"../../etc"},)" + std::string(R"({"Id":")") + kId +
      R"(","Names":{},"Labels":[1],"State":5,"Status":[],"NetworkSettings":{"Networks":[1]}}])");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 1U);
}

TEST(DockerAnswers, MakesHostileTextHarmless) {
  const auto list = parse_container_list(
      R"([{"Id":")" + kId +
      R"(","Names":["/\u001b[31m<script>"],"Image":"a\nb","Labels":{"\u202ek":"\u0000v"},)" +
      R"x("NetworkSettings":{"IPAddress":"$(reboot)"}}])x");
  ASSERT_TRUE(list);
  const EngineContainer& container = list->front();
  EXPECT_EQ(container.name, "\\x1B[31m<script>");
  EXPECT_EQ(container.image, "a\\x0Ab");
  EXPECT_EQ(container.labels.count("\\u{202E}k"), 1U);
  EXPECT_TRUE(container.addresses.empty());
}

TEST(DockerAnswers, StaysBounded) {
  std::string labels;
  for (int index = 0; index < 1000; ++index) {
    labels += (index == 0 ? "\"" : ",\"") + std::to_string(index) + "\":\"" +
              std::string(1000, 'x') + "\"";
  }
  const auto container =
      parse_container_details(R"({"Id":")" + kId + R"(","Config":{"Labels":{)" + labels + "}}}");
  ASSERT_TRUE(container);
  EXPECT_LE(container->labels.size(), 64U);
  EXPECT_LE(container->labels.begin()->second.size(), 256U);
  EXPECT_FALSE(parse_container_list(std::string(100000, '[')));
  const auto deep = parse_bounded_json(std::string(100000, '[') + std::string(100000, ']'));
  ASSERT_TRUE(deep);
  const auto wide = parse_bounded_json("[" + [] {
    std::string zeros = "0";
    for (int index = 0; index < 250000; ++index) {
      zeros += ",0";
    }
    return zeros;
  }() + "]");
  ASSERT_TRUE(wide);
  EXPECT_LE(wide->size(), 200000U);
}

TEST(EngineTime, ReadsWhatEnginesWrite) {
  const auto noon = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + std::chrono::hours(12);
  EXPECT_EQ(parse_engine_time("2026-03-01T12:00:00Z"), noon);
  EXPECT_EQ(parse_engine_time("2026-03-01T14:00:00+02:00"), noon);
  EXPECT_EQ(parse_engine_time("2026-03-01T05:00:00.000000000-07:00"), noon);
  for (const char* text : {"", "0001-01-01T00:00:00Z", "2026-13-01T12:00:00Z",
                           "2026-02-30T12:00:00Z", "2026-03-01T25:00:00Z", "2026-03-01T12:00:00X",
                           "2026-03-01T12:00:00+0200", "9999-03-01T12:00:00Z", "2026-03-01",
                           "aaaa-bb-ccTdd:ee:ffZ", "2026-03-01T12:00:00+aa:bb"}) {
    EXPECT_EQ(parse_engine_time(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_engine_time("2026-03-01T12:00:00."), noon);
}

TEST(EngineFiles, ReadNamesOfPodLogs) {
  const auto pod = parse_pod_log_folder("shop_api-x_8c0e2a3b-1234-4cde-9f01-23456789abcd");
  ASSERT_TRUE(pod);
  EXPECT_EQ(pod->pod_namespace, "shop");
  EXPECT_EQ(pod->pod, "api-x");
  for (const char* name : {"", "_", "__", "a_b_c", "a_b", "a_b_c_d"}) {
    EXPECT_FALSE(parse_pod_log_folder(name)) << name;
  }
  const auto container = parse_container_log_link("api-x_shop_my-app-" + kId + ".log");
  ASSERT_TRUE(container);
  EXPECT_EQ(container->name, "my-app");
  EXPECT_EQ(container->pod, "api-x");
  EXPECT_EQ(container->id, kId);
  for (const std::string& name : {std::string(), std::string(".log"), "a_b_" + kId + ".log",
                                  "a_b_-" + kId, "a_b_c." + kId + ".log"}) {
    EXPECT_FALSE(parse_container_log_link(name)) << name;
  }
}

TEST(EngineFiles, SurviveOddBytes) {
  for (const char* text :
       {"", "{", "[]", "null", "[null]", R"({"annotations":[]})", R"({"annotations":{"a":1}})",
        R"([{"id":1,"names":"x","metadata":5}])"}) {
    parse_docker_files(text, text);
    parse_oci_config(text);
    parse_storage_list(text);
    parse_docker_data_root(text);
  }
  EXPECT_EQ(parse_docker_data_root(R"({"data-root":"/mnt/docker"})"), "/mnt/docker");
  EXPECT_EQ(parse_docker_data_root(R"({"data-root":"relative"})"), "");
}

}  // namespace
}  // namespace culprit
