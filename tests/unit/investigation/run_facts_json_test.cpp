// SPDX-License-Identifier: Apache-2.0
#include "investigation/run_facts_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(RunFactsJson, ComesBackAsItWas) {
  RunFacts facts{.version = "1.2", .arguments = {"--duration", "5s"}, .interrupted = true};
  facts.hooks = {{.question = "cpu samples", .hook = "perf_event", .fallback_of = "cycles"}};
  facts.limits = {{.what = "names", .why = "no \"right\"", .fix = "run as root"}};
  facts.overhead = {.own_cpu_share = 0.25, .rss_bytes = 1234, .bpf_ns_per_sample = 3.5};
  const RecordedRun run = recorded_run(run_facts_json(facts, {{"sample_ring_full", 7}}));
  EXPECT_EQ(run.facts.version, "1.2");
  EXPECT_THAT(run.facts.arguments, testing::ElementsAre("--duration", "5s"));
  EXPECT_TRUE(run.facts.interrupted);
  ASSERT_EQ(run.facts.hooks.size(), 1U);
  EXPECT_EQ(run.facts.hooks[0].fallback_of, "cycles");
  ASSERT_EQ(run.facts.limits.size(), 1U);
  EXPECT_EQ(run.facts.limits[0].why, "no \"right\"");
  EXPECT_EQ(run.facts.overhead.own_cpu_share, 0.25);
  EXPECT_EQ(run.facts.overhead.rss_bytes, 1234U);
  EXPECT_EQ(run.lost.at("sample_ring_full"), 7U);
}

TEST(RunFactsJson, BelievesNothing) {
  for (const char* text : {"", "[]", "{", "{\"version\":3,\"hooks\":{},\"lost\":[1]}",
                           "{\"overhead\":{\"own_cpu_share\":\"much\"},\"limits\":[1,[2]]}"}) {
    const RecordedRun run = recorded_run(text);
    EXPECT_EQ(run.facts.version, "") << text;
    EXPECT_TRUE(run.facts.limits.empty() && run.lost.empty()) << text;
  }
  EXPECT_EQ(recorded_run("{\"version\":\"\\u001b[31m\"}").facts.version.find('\x1b'),
            std::string::npos);
}

}  // namespace
}  // namespace culprit
