// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "exporters/exporter_registry.h"
#include "exporters/page/page_data.h"
#include "exporters/viewers/code_tables.h"
#include "exporters/viewers/compression.h"
#include "exporters/viewers/exported_stack.h"
#include "golden/golden_reports.h"
#include "golden/report_builder.h"

namespace culprit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string gunzip(const std::string& packed) {
  constexpr int kAnyHeader = 15 + 32;
  z_stream stream{};
  EXPECT_EQ(::inflateInit2(&stream, kAnyHeader), Z_OK);
  std::string copy = packed;
  std::string bytes(std::size_t{16} << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(stream.total_out);
  ::inflateEnd(&stream);
  return bytes;
}

std::uint64_t samples_of_trees(const Profile& profile) {
  std::uint64_t sum = 0;
  for (const WorkloadProfile& workload : profile.workloads) {
    sum += workload.calls.total();
  }
  return sum;
}

/// A container with a thread of two seconds and an interrupt's stack beside it.
Report with_threads() {
  golden::ProfileBuilder builder;
  const WorkloadIndex shop = builder.container("shop", "shop:v1", 1);
  const std::vector<FrameId> path =
      builder.path({golden::native("main", "shop"), golden::native("spin", "shop")});
  builder.samples(shop, "shopd", path, 5);
  ThreadProfile thread;
  thread.process = {.pid = Pid(41), .start_boottime_ns = 1};
  thread.tid = Tid(42);
  thread.comm = "worker";
  thread.workload = shop;
  builder.profile.threads.push_back(thread);
  const auto leaf =
      static_cast<CallTree::NodeIndex>(builder.workload(shop).calls.nodes().size() - 1);
  StackRow row{.workload = shop, .thread = 0, .node = leaf, .samples = 4, .seconds = {}};
  row.seconds.add(0, 1);
  row.seconds.add(3, 3);
  builder.profile.stacks.push_back(row);
  StackRow other{
      .workload = shop, .thread = std::nullopt, .node = leaf, .samples = 1, .seconds = {}};
  other.seconds.add(1, 1);
  builder.profile.stacks.push_back(other);
  return golden::built(std::move(builder), {}, {}, golden::run_facts());
}

TEST(ExportedStacks, AddUpToTheTreesWithAndWithoutThreads) {
  std::vector<Report> reports = {with_threads()};
  for (golden::GoldenReport& golden : golden::golden_reports()) {
    reports.push_back(std::move(golden.report));
  }
  for (const Report& report : reports) {
    std::uint64_t sum = 0;
    for_each_exported_stack(report.profile, [&](const ExportedStack& stack) {
      sum += stack.samples;
      EXPECT_FALSE(stack.frames.empty());
    });
    EXPECT_EQ(sum, samples_of_trees(report.profile));
  }
}

TEST(ExportedStacks, AreLabelledWithWhoRanThem) {
  std::map<std::string, std::string> labels;
  const Report report = with_threads();
  for_each_exported_stack(report.profile, [&](const ExportedStack& stack) {
    for (const StackLabel& label : labels_of(stack)) {
      labels[label.key] = label.text.empty() ? std::to_string(label.number) : label.text;
    }
  });
  EXPECT_EQ(labels["container"], "shop");
  EXPECT_EQ(labels["image"], "shop:v1");
  EXPECT_EQ(labels["comm"], "worker");
  EXPECT_EQ(labels["thread"], "worker");
  EXPECT_EQ(labels["pid"], "41");
  EXPECT_EQ(labels["tid"], "42");
}

TEST(CodeTables, JoinInlinedCallsIntoTheLocationOfTheirFunction) {
  Profile profile;
  ResolvedFrame inner = golden::native("inner", "shop");
  inner.inlined = true;
  const std::vector<FrameId> path = {profile.frames.intern(golden::native("main", "shop")),
                                     profile.frames.intern(golden::native("outer", "shop")),
                                     profile.frames.intern(inner)};
  CodeTables code(profile);
  const std::vector<std::uint32_t> locations = code.locations_of(path);
  ASSERT_EQ(locations.size(), 2U);
  const CodeTables::Location& innermost = code.locations()[locations.front()];
  std::vector<std::string> names;
  for (const CodeTables::Line& line : innermost.lines) {
    names.push_back(code.texts().texts()[code.functions()[line.function].name]);
  }
  EXPECT_THAT(names, ElementsAre("inner", "outer"));
  EXPECT_TRUE(code.modules()[innermost.module].has_inlines);
  EXPECT_EQ(code.locations_of(path), locations);
}

TEST(Compression, IsUndoneByOthersAndAlwaysTheSame) {
  const std::string bytes = std::string(300'000, 'x') + std::string("\0\xff", 2);
  EXPECT_EQ(gunzip(gzip(bytes)), bytes);
  EXPECT_EQ(gunzip(gzip("")), "");
  EXPECT_EQ(gzip(bytes), gzip(bytes));
}

TEST(Compression, WritesBase64AsTheStandardHasIt) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Pprof, IsGzippedAndTheSameForTheSameReport) {
  const std::string bytes = make_exporter("pprof")->write(with_threads());
  EXPECT_THAT(gunzip(bytes), HasSubstr("nanoseconds"));
  EXPECT_EQ(make_exporter("pprof")->write(with_threads()), bytes);
}

TEST(Speedscope, HasTheHostsTotalAndThatOfEachContainer) {
  for (const golden::GoldenReport& golden : golden::golden_reports()) {
    const auto json = nlohmann::json::parse(make_exporter("speedscope")->write(golden.report));
    const Profile& profile = golden.report.profile;
    const std::uint64_t total = samples_of_trees(profile) * nanoseconds_per_sample(profile);
    std::uint64_t of_workloads = 0;
    for (const auto& one : json["profiles"]) {
      std::uint64_t sum = 0;
      for (const auto& weight : one["weights"]) {
        sum += weight.get<std::uint64_t>();
      }
      EXPECT_EQ(one["endValue"], sum);
      of_workloads += sum;
    }
    EXPECT_EQ(json["profiles"][0]["endValue"], total);
    EXPECT_EQ(of_workloads, 2 * total);
  }
}

TEST(Firefox, KeepsEverySampleInItsSecondAndThread) {
  const auto json = nlohmann::json::parse(make_exporter("firefox")->write(with_threads()));
  ASSERT_EQ(json["threads"].size(), 2U);
  const auto& samples = json["threads"][0]["samples"];
  EXPECT_EQ(json["threads"][0]["name"], "worker");
  EXPECT_THAT(samples["time"], ElementsAre(500.0, 3500.0));
  EXPECT_THAT(samples["weight"], ElementsAre(1, 3));
  const auto& shared = json["shared"];
  EXPECT_EQ(shared["stackTable"]["prefixOffset"][0], 0);
  const auto name = shared["funcTable"]["name"][1].get<std::size_t>();
  EXPECT_EQ(shared["stringArray"][name], "spin");
}

TEST(Html, ShowsHostileNamesAsTextAndHoldsNoHandler) {
  const std::string page = make_exporter("html")->write(golden::hostile_names());
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("onerror=\"")));
  EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE")));  // U+202E
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-inline")));
  std::size_t scripts = 0;
  for (std::size_t at = page.find("<script"); at != std::string::npos;
       at = page.find("<script", at + 1)) {
    ++scripts;
  }
  EXPECT_EQ(scripts, 2U);
}

TEST(PageData, LeavesNothingOutOfAnOrdinaryWindow) {
  for (const golden::GoldenReport& golden : golden::golden_reports()) {
    const PageData data = page_data(golden.report.profile);
    EXPECT_EQ(data.left_out_boxes, 0U);
    EXPECT_EQ(data.left_out_samples, 0U);
    EXPECT_FALSE(data.packed.empty());
  }
}

}  // namespace
}  // namespace culprit
