// SPDX-License-Identifier: Apache-2.0
// Names from recorded pieces of the heaps of Node.js 12 to 25.
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "unit/runtimes/v8_heap_image.h"

namespace culprit {
namespace {

V8HeapImage image_of(std::string_view name) {
  std::ifstream file(CULPRIT_SOURCE_DIR "/tests/unit/runtimes/heaps/" + std::string(name));
  return read_v8_heap_image(file);
}

V8Layout layout_of_image(const V8HeapImage& image) {
  auto layout = layout_of(image.constants);
  EXPECT_TRUE(layout) << layout.error().message();
  V8Layout whole = layout ? *layout : V8Layout();
  whole.bytecode_sizes = image.sizes;
  return whole;
}

/// Innermost frame first; of each, the function it was compiled for first.
std::vector<std::string> names_in(const V8HeapImage& image) {
  const auto question = v8_question(layout_of_image(image), image.frames);
  const auto answer = read_v8_memory(ByteSource::of_process(image.memory.get()), question);
  std::vector<std::string> told;
  const auto names = answer ? v8_names_in(*answer) : answer.error();
  EXPECT_TRUE(names && names->size() == image.frames.size());
  for (const auto& frame : names ? *names : V8Names()) {
    for (const V8FrameName& name : frame) {
      told.push_back(name.function + " " + name.file + ":" + std::to_string(name.line) +
                     (name.inlined ? " inlined" : ""));
    }
    if (frame.empty()) {
      told.emplace_back("?");
    }
  }
  return told;
}

struct Recording {
  std::string_view file;
  std::vector<std::string> names;
};

class V8Heaps : public testing::TestWithParam<Recording> {};

TEST_P(V8Heaps, AreRead) {
  EXPECT_EQ(names_in(image_of(GetParam().file)), GetParam().names);
}

/// Memory that has become something else in the meantime.
TEST_P(V8Heaps, GiveNoNamesWhenTheyHaveChanged) {
  V8HeapImage image = image_of(GetParam().file);
  for (V8RawFrame& frame : image.frames) {
    frame.address += 8;
    frame.extra ^= 0x100000;
  }
  for (const std::string& name : names_in(image)) {
    EXPECT_EQ(name, "?");
  }
}

std::string name_of(const testing::TestParamInfo<Recording>& recording) {
  std::string name(recording.param.file.substr(0, recording.param.file.find('.')));
  std::erase(name, '-');
  return name;
}

/// twist() was at that line.
Recording optimized(std::string_view file, const std::string& line) {
  return {file,
          {"inlined /tmp/javascript.js:27", "mix /tmp/javascript.js:20 inlined",
           "twist /tmp/javascript.js:" + line + " inlined", "(anonymous) /tmp/javascript.js:97"}};
}

Recording called(std::string_view file, const std::string& line) {
  return {file,
          {"twist /tmp/javascript.js:" + line, "mix /tmp/javascript.js:20",
           "inlined /tmp/javascript.js:27", "(anonymous) /tmp/javascript.js:97"}};
}

INSTANTIATE_TEST_SUITE_P(
    Recorded, V8Heaps,
    testing::Values(
        optimized("node12-optimized.heap", "14"), optimized("node14-optimized.heap", "14"),
        optimized("node16-optimized.heap", "14"), optimized("node18-optimized.heap", "14"),
        optimized("node20-optimized.heap", "13"), optimized("node22-optimized.heap", "14"),
        optimized("node24-optimized.heap", "14"), optimized("node25-optimized.heap", "13"),
        called("node12-interpreted.heap", "12"), called("node16-interpreted.heap", "13"),
        called("node20-interpreted.heap", "14"), called("node25-interpreted.heap", "13"),
        called("node16-baseline.heap", "13"), called("node18-baseline.heap", "13"),
        called("node22-baseline.heap", "14")),
    name_of);

TEST(V8Layout, RefusesWhatWasNeverLookedAt) {
  V8Constants constants = image_of("node20-optimized.heap").constants;
  EXPECT_TRUE(layout_of(constants));
  constants.major = 99;
  EXPECT_FALSE(layout_of(constants));
  constants.major = 11;
  constants.values.erase("type_Script__SCRIPT_TYPE");
  const auto layout = layout_of(constants);
  ASSERT_FALSE(layout);
  EXPECT_NE(layout.error().message().find("SCRIPT_TYPE"), std::string::npos);
}

TEST(V8Layout, RefusesCompressedPointers) {
  V8Constants constants = image_of("node20-optimized.heap").constants;
  constants.values["TaggedSize"] = 4;
  EXPECT_FALSE(layout_of(constants));
}

TEST(V8Answers, ThatAreCutOffAreNone) {
  const V8HeapImage image = image_of("node20-optimized.heap");
  const auto question = v8_question(layout_of_image(image), image.frames);
  const auto answer = read_v8_memory(ByteSource::of_process(image.memory.get()), question);
  ASSERT_TRUE(answer);
  for (std::size_t size = 1; size < answer->size(); ++size) {
    const auto names = v8_names_in(std::span(*answer).first(size));
    EXPECT_TRUE(!names || names->size() <= image.frames.size()) << size;
  }
  EXPECT_FALSE(v8_names_in(std::span(*answer).first(answer->size() - 1)));
}

}  // namespace
}  // namespace culprit
