// SPDX-License-Identifier: Apache-2.0
#include "symbols/worker_message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace culprit {
namespace {

SymbolAnswer an_answer() {
  return {.id = 7,
          .error = "",
          .build_id = std::string("\x01\x00\x02", 3),
          .wants_debug_file = true,
          .debug_link = "a.debug",
          .frames = {{{.function = "outer", .file = "a.cpp", .line = 3, .inlined = false},
                      {.function = "inner", .file = "", .line = 0, .inlined = true}},
                     {}}};
}

TEST(WorkerMessage, BringsAQueryAcross) {
  const SymbolQuery query{.id = 3,
                          .file = 9,
                          .detail = SymbolDetail::Lines,
                          .passed = PassedFile::DebugFile,
                          .file_offsets = {1, 0xFFFF'FFFF'FFFF'FFFFULL}};
  const auto back = decode_query(encode(query));
  ASSERT_TRUE(back);
  const auto* symbols = std::get_if<SymbolQuery>(&*back);
  ASSERT_NE(symbols, nullptr);
  EXPECT_EQ(symbols->id, 3U);
  EXPECT_EQ(symbols->file, 9U);
  EXPECT_EQ(symbols->detail, SymbolDetail::Lines);
  EXPECT_EQ(symbols->passed, PassedFile::DebugFile);
  EXPECT_EQ(symbols->file_offsets, query.file_offsets);
}

TEST(WorkerMessage, BringsAQuestionForAReaderAcross) {
  const auto back = decode_query(encode(ReadQuery{.id = 3,
                                                  .file = 9,
                                                  .reader = 2,
                                                  .source = ReadSource::ProcessMemory,
                                                  .question = {std::byte{7}, std::byte{0}}}));
  ASSERT_TRUE(back);
  const auto* read = std::get_if<ReadQuery>(&*back);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->id, 3U);
  EXPECT_EQ(read->file, 9U);
  EXPECT_EQ(read->reader, 2U);
  EXPECT_EQ(read->source, ReadSource::ProcessMemory);
  EXPECT_EQ(read->question, (std::vector{std::byte{7}, std::byte{0}}));
}

TEST(WorkerMessage, RefusesContentThatCannotBe) {
  const auto answer = [](const std::string& error, std::uint64_t bytes) {
    return decode_read_answer(encode(ReadAnswer{.id = 1, .error = error, .content_bytes = bytes}));
  };
  EXPECT_TRUE(answer("", kMaxContentBytes));
  EXPECT_TRUE(answer("why not", 0));
  EXPECT_FALSE(answer("", kMaxContentBytes + 1));
  EXPECT_FALSE(answer("why not", 1));
  EXPECT_FALSE(decode_read_answer(encode(an_answer())));
}

TEST(WorkerMessage, BringsAnAnswerAcross) {
  const auto back = decode_answer(encode(an_answer()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->id, 7U);
  EXPECT_EQ(back->build_id, an_answer().build_id);
  EXPECT_TRUE(back->wants_debug_file);
  EXPECT_EQ(back->debug_link, "a.debug");
  EXPECT_EQ(back->frames, an_answer().frames);
}

TEST(WorkerMessage, RefusesEveryTruncationAndAnyAddition) {
  auto message = encode(an_answer());
  for (std::size_t length = 0; length < message.size(); ++length) {
    EXPECT_FALSE(decode_answer(std::span(message).first(length))) << length;
  }
  message.push_back(std::byte{0});
  EXPECT_FALSE(decode_answer(message));
  const auto read = encode(ReadAnswer{.id = 1, .error = "why", .content_bytes = 0});
  for (std::size_t length = 0; length < read.size(); ++length) {
    EXPECT_FALSE(decode_read_answer(std::span(read).first(length))) << length;
  }
}

TEST(WorkerMessage, RefusesCountsThatAreTooLarge) {
  auto query = encode(SymbolQuery{.id = 1, .file = 1, .file_offsets = {1}});
  query[14] = std::byte{0xFF};
  query[15] = std::byte{0xFF};
  EXPECT_FALSE(decode_query(query));
  EXPECT_FALSE(decode_query(encode(an_answer())));
  EXPECT_FALSE(decode_answer(encode(SymbolQuery{})));
}

TEST(WorkerMessage, RefusesKindsThatItDoesNotKnow) {
  for (const std::size_t kind : {12U, 13U}) {
    auto query = encode(SymbolQuery{.id = 1, .file = 1, .file_offsets = {1}});
    query[kind] = std::byte{7};
    EXPECT_FALSE(decode_query(query));
  }
}

TEST(WorkerMessage, StaysBelowItsLimitHoweverLongTheNamesAre) {
  SymbolAnswer answer{.id = 1};
  const AnsweredFrame frame{.function = std::string(5000, 'n'), .file = std::string(5000, 'f')};
  answer.frames.assign(kMaxOffsetsPerQuery, std::vector<AnsweredFrame>(kMaxFramesPerOffset, frame));
  const auto message = encode(answer);
  EXPECT_LE(message.size(), kMaxMessageBytes);
  const auto back = decode_answer(message);
  ASSERT_TRUE(back);
  // What does not fit is missing at the end, and is asked for again.
  EXPECT_GE(back->frames.size(), 1U);
  EXPECT_LT(back->frames.size(), kMaxOffsetsPerQuery);
  EXPECT_EQ(back->frames.front().size(), kMaxFramesPerOffset);
  EXPECT_EQ(back->frames.front().front().function.size(), kMaxAnswerTextBytes);
}

}  // namespace
}  // namespace culprit
