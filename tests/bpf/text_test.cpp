// SPDX-License-Identifier: Apache-2.0
// The kernel part's judgement of what is text, compiled for the host: every byte, every place.
#include <gtest/gtest.h>
#include <linux/types.h>

#include <cstring>

#include "lib/text.bpf.h"

namespace culprit {
namespace {

bool expected(unsigned byte) {
  return byte >= 32 || (byte >= 9 && byte <= 13) || byte == 27;
}

TEST(Text, EveryByteIsJudgedInEveryPlace) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < CULPRIT_TEXT_SAMPLE_BYTES; ++place) {
      unsigned char bytes[CULPRIT_TEXT_SAMPLE_BYTES];
      std::memset(bytes, 'x', sizeof(bytes));
      bytes[place] = static_cast<unsigned char>(byte);
      __u64 words[CULPRIT_TEXT_SAMPLE_WORDS];
      std::memcpy(words, bytes, sizeof(words));
      EXPECT_EQ(is_text(words) != 0, expected(byte)) << "byte " << byte << " at " << place;
    }
  }
}

TEST(Text, NeighboursDoNotSpoilTheJudgement) {
  unsigned char bytes[CULPRIT_TEXT_SAMPLE_BYTES];
  for (std::size_t i = 0; i < sizeof(bytes); ++i) {
    bytes[i] = static_cast<unsigned char>(i % 2 == 0 ? 0xff : 0x20);
  }
  __u64 words[CULPRIT_TEXT_SAMPLE_WORDS];
  std::memcpy(words, bytes, sizeof(words));
  EXPECT_TRUE(is_text(words));
}

TEST(Text, NewlinesAreCountedExactlyInEveryPlace) {
  for (unsigned other = 0; other < 256; ++other) {
    for (std::size_t place = 0; place < CULPRIT_TEXT_SAMPLE_BYTES; ++place) {
      unsigned char bytes[CULPRIT_TEXT_SAMPLE_BYTES];
      std::memset(bytes, static_cast<int>(other), sizeof(bytes));
      const unsigned before = other == '\n' ? CULPRIT_TEXT_SAMPLE_BYTES - 1 : 0;
      bytes[place] = '\n';
      __u64 words[CULPRIT_TEXT_SAMPLE_WORDS];
      std::memcpy(words, bytes, sizeof(words));
      EXPECT_EQ(count_newlines(words), before + 1) << "among " << other << " at " << place;
    }
  }
}

TEST(Text, OneByteIsJudgedAsManyAre) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(is_text_byte(static_cast<char>(byte)) != 0, expected(byte)) << byte;
  }
}

}  // namespace
}  // namespace culprit
