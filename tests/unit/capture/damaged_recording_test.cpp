// SPDX-License-Identifier: Apache-2.0
// Files that are no recordings, or not any more: a sentence, never a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "capture/database.h"
#include "capture/recording.h"
#include "unit/capture/recorded_run.h"

namespace culprit {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(number >> shift);
  }
  return bytes;
}

class Ignored : public SampleSink {
 public:
  void accept(Sample /*sample*/) override {}
};

class DamagedRecording : public ::testing::Test {
 protected:
  DamagedRecording() {
    RecordedHost recorded(path());
    fill(recorded);
    recorded.finish();
  }
  std::string path() const { return folder_.file("run.culprit"); }
  /// Opening or replaying fails with this sentence.
  static std::string complaint_about(const std::vector<std::byte>& bytes) {
    auto recording = Recording::from_bytes(bytes);
    if (!recording) {
      return recording.error().message();
    }
    Ignored sink;
    const auto read = recording->replay({}, sink);
    return read ? "" : read.error().message();
  }
  void change(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  TestFolder folder_;
};

TEST_F(DamagedRecording, IsToldWhenItIsCutOff) {
  const auto whole = bytes_of(path());
  ASSERT_EQ(complaint_about(whole), "");
  for (std::size_t size = 1; size < whole.size(); size += 1999) {
    const std::vector<std::byte> part(whole.begin(),
                                      whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(complaint_about(part), AnyOf(HasSubstr("damaged"), HasSubstr("not a recording")))
        << size << " bytes";
  }
}

TEST_F(DamagedRecording, NeverCrashesOnAChangedByte) {
  const auto whole = bytes_of(path());
  for (std::size_t at = 0; at < whole.size(); at += 211) {
    auto changed = whole;
    changed[at] ^= std::byte{0xff};
    static_cast<void>(complaint_about(changed));
  }
}

TEST_F(DamagedRecording, IsNotWhateverElseIsAFile) {
  for (const std::string text : {"", "hello", "SQLite format 3",
                                 "\x7f"
                                 "ELF"}) {
    const std::string other = folder_.file("other");
    std::ofstream(other) << text;
    EXPECT_FALSE(Recording::open(other)) << text;
  }
  EXPECT_FALSE(Recording::open(folder_.file("missing")));
  EXPECT_FALSE(Recording::open("/dev/null"));
  EXPECT_FALSE(Recording::open("/tmp"));
}

TEST_F(DamagedRecording, OfALaterVersionIsNamed) {
  change("PRAGMA user_version=2");
  EXPECT_THAT(complaint_about(bytes_of(path())), HasSubstr("version 2"));
}

TEST_F(DamagedRecording, WithAStrangersViewIsRefused) {
  change("DROP TABLE losses; CREATE VIEW losses AS SELECT randomblob(1e9)");
  EXPECT_THAT(complaint_about(bytes_of(path())), HasSubstr("not those of a recording"));
}

TEST_F(DamagedRecording, WithNumbersOfNothingIsRefused) {
  change("UPDATE samples SET task=99999");
  EXPECT_THAT(complaint_about(bytes_of(path())), HasSubstr("samples"));
}

TEST_F(DamagedRecording, WithValuesOutOfRangeIsRefused) {
  change("UPDATE samples SET context=77");
  EXPECT_THAT(complaint_about(bytes_of(path())), HasSubstr("samples"));
}

TEST_F(DamagedRecording, WithAnOverflowingTimeIsRefused) {
  change("UPDATE samples SET time=9223372036854775807");
  EXPECT_THAT(complaint_about(bytes_of(path())), HasSubstr("samples"));
}

TEST_F(DamagedRecording, TellsHowMuchItLacks) {
  const auto dropped = [this] { return Recording::open(path())->dropped(); };
  EXPECT_EQ(dropped(), 0U);
  change("UPDATE recording SET value='7' WHERE name='dropped'");
  EXPECT_EQ(dropped(), 7U);
  change("UPDATE recording SET value='many' WHERE name='dropped'");
  EXPECT_EQ(dropped(), 0U);
}

TEST_F(DamagedRecording, HasNoJournalThatNamesAnotherFile) {
  // A journal of no pages, and after it a file that SQLite would delete once it is played back.
  const std::string victim = folder_.file("kept");
  std::ofstream(victim) << "kept";
  const auto whole = bytes_of(path());
  const auto page_bytes =
      std::to_integer<std::uint32_t>(whole[16]) * 256 + std::to_integer<std::uint32_t>(whole[17]);
  const std::string magic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  std::uint32_t sum = 0;
  for (const char letter : victim) {
    sum += static_cast<unsigned char>(letter);
  }
  std::string journal = magic + big_endian(0) + big_endian(0) +
                        big_endian(static_cast<std::uint32_t>(whole.size()) / page_bytes) +
                        big_endian(512) + big_endian(page_bytes);
  journal.resize(512, '\0');
  journal += big_endian(0) + victim + big_endian(static_cast<std::uint32_t>(victim.size())) +
             big_endian(sum) + magic;
  std::ofstream(path() + "-journal", std::ios::binary) << journal;

  const auto opened = Recording::open(path());

  EXPECT_FALSE(opened);
  EXPECT_TRUE(std::filesystem::exists(victim));
}

}  // namespace
}  // namespace culprit
