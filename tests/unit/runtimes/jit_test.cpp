// SPDX-License-Identifier: Apache-2.0
// What processes write about the code they make: perf maps and jitdump files.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "runtimes/jit/jit_reader.h"
#include "runtimes/jit/wanted_code.h"

namespace culprit {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// The function, file and line at each address; "-" without a name.
std::vector<std::string> read(const Bytes& file, const std::vector<std::uint64_t>& addresses) {
  const auto content = read_jit_names(ByteSource::of_memory(file), WantedCode::question(addresses));
  if (!content) {
    return {content.error().message()};
  }
  const auto answer = decode_answer(*content);
  std::vector<std::string> names;
  for (const auto& frames : answer->frames) {
    names.push_back(frames.empty() ? "-"
                                   : frames[0].function + " " + frames[0].file + ":" +
                                         std::to_string(frames[0].line));
  }
  return names;
}

std::vector<std::string> read_map(std::string_view text,
                                  const std::vector<std::uint64_t>& addresses) {
  return read(bytes_of(text), addresses);
}

TEST(PerfMap, NamesTheCodeAtAnAddress) {
  EXPECT_EQ(read_map("1000 10 first\n0x1010 20 LazyCompile:*run app.js:3\n",
                     {0xfff, 0x1000, 0x100f, 0x1010, 0x102f, 0x1030}),
            (std::vector<std::string>{"-", "first :0", "first :0", "LazyCompile:*run app.js:3 :0",
                                      "LazyCompile:*run app.js:3 :0", "-"}));
}

TEST(PerfMap, BelievesTheLastLineAboutMemoryThatIsUsedAgain) {
  EXPECT_EQ(read_map("1000 100 old\n1000 10 new\n", {0x1000, 0x1010}),
            (std::vector<std::string>{"new :0", "old :0"}));
}

TEST(PerfMap, PassesOverLinesThatAreNone) {
  EXPECT_EQ(
      read_map("\n\nnonsense\n1000\n1000 10\nzz 10 bad\n1000 zz bad\n1000 10 good\n1008 8 cut",
               {0x1008}),
      (std::vector<std::string>{"good :0"}));
  EXPECT_EQ(read_map("ffffffffffffffff ffffffffffffffff wrapped\n", {0, 0x1000}),
            (std::vector<std::string>{"-", "-"}));
  EXPECT_EQ(read_map("", {1}), (std::vector<std::string>{"-"}));
}

TEST(PerfMap, ReadsLinesAcrossItsWindows) {
  std::string text;
  for (int line = 0; line < 40'000; ++line) {
    text += "10 1 some_function_with_quite_a_long_name\n";
  }
  text += "1000 10 last\n";
  EXPECT_EQ(read_map(text, {0x1000}), (std::vector<std::string>{"last :0"}));
}

TEST(JitQuestion, RefusesWhatIsNone) {
  const ByteSource nothing = ByteSource::of_memory({});
  EXPECT_FALSE(read_jit_names(nothing, Bytes(7)));
  EXPECT_FALSE(read_jit_names(nothing, Bytes(8 * (kMaxOffsetsPerQuery + 1))));
  EXPECT_FALSE(read_jit_names(nothing, WantedCode::question(std::vector<std::uint64_t>{2, 1})));
}

/// Builds a jitdump file record by record.
class Dump {
 public:
  Dump() {
    for (const std::uint32_t field : {0x4A695444U, 1U, 40U, 62U, 0U, 1U}) {
      number(field);
    }
    number(std::uint64_t{0});
    number(std::uint64_t{0});
  }

  Dump& lines(std::uint64_t code, const std::vector<std::pair<std::uint64_t, std::uint32_t>>& lines,
              std::string_view file) {
    Bytes body;
    append(body, code);
    append(body, std::uint64_t{lines.size()});
    bool first = true;
    for (const auto& [address, line] : lines) {
      append(body, address);
      append(body, line);
      append(body, std::uint32_t{0});
      text(body, std::exchange(first, false) ? file : "\xff");
    }
    return record(2, body);
  }

  Dump& load(std::uint64_t code, std::uint64_t size, std::string_view name) {
    Bytes body(8);
    for (const std::uint64_t field : {std::uint64_t{0}, code, size, std::uint64_t{1}}) {
      append(body, field);
    }
    text(body, name);
    body.resize(body.size() + size);
    return record(0, body);
  }

  Dump& record(std::uint32_t kind, const Bytes& body) {
    number(kind);
    number(static_cast<std::uint32_t>(body.size() + 16));
    number(std::uint64_t{0});
    bytes.insert(bytes.end(), body.begin(), body.end());
    return *this;
  }

  Bytes bytes;

 private:
  template <typename Number>
  static void append(Bytes& to, Number value) {
    const auto raw = std::as_bytes(std::span(&value, 1));
    to.insert(to.end(), raw.begin(), raw.end());
  }

  static void text(Bytes& to, std::string_view value) {
    for (const char letter : value) {
      to.push_back(static_cast<std::byte>(letter));
    }
    to.push_back(std::byte{0});
  }

  template <typename Number>
  void number(Number value) {
    append(bytes, value);
  }
};

TEST(JitDump, TellsFunctionFileAndLine) {
  Dump dump;
  dump.lines(0x1000, {{0x1000, 7}, {0x1008, 9}}, "app.lua").load(0x1000, 16, "run");
  dump.record(9, Bytes(5)).load(0x2000, 16, "plain");
  EXPECT_EQ(read(dump.bytes, {0x1000, 0x1007, 0x1008, 0x100f, 0x1010, 0x2000}),
            (std::vector<std::string>{"run app.lua:7", "run app.lua:7", "run app.lua:9",
                                      "run app.lua:9", "-", "plain :0"}));
}

TEST(JitDump, EndsWithTheLastWholeRecord) {
  Dump dump;
  dump.load(0x1000, 16, "whole");
  const std::size_t whole = dump.bytes.size();
  dump.load(0x2000, 16, "half");
  for (std::size_t size = whole; size < dump.bytes.size() - 17; ++size) {
    const Bytes cut(dump.bytes.begin(), dump.bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(read(cut, {0x1000}), (std::vector<std::string>{"whole :0"})) << size;
  }
}

TEST(JitDump, RefusesALyingLength) {
  Dump dump;
  dump.record(0, Bytes(64));
  const std::uint32_t lie = 3;
  std::memcpy(dump.bytes.data() + 44, &lie, sizeof lie);
  EXPECT_EQ(read(dump.bytes, {0x1000}),
            (std::vector<std::string>{"a jitdump record of an impossible length"}));
}

}  // namespace
}  // namespace culprit
