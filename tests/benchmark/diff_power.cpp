// SPDX-License-Identifier: Apache-2.0
// How often a comparison names a difference where there is none, and how often it finds one that
// is there. Prints a JSON object for each row of the table.
//
//   diff_power FUNCTION SECONDS PAIRS SAME.culprit... -- SLOWER.culprit...
//
// Real: the recordings are cut into parts of so many seconds, and parts are compared pair by pair,
// each part read as a recording of its own. Resampled: seconds are drawn from the recordings, three
// in a row at a time, with a part of their samples, so that there are many pairs of every length.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "capture/recording.h"
#include "comparison/compare.h"
#include "investigation/replay.h"

namespace culprit {
namespace {

using Random = std::mt19937_64;

/// Recordings of one release: as a whole, and in parts.
struct Release {
  std::vector<Profile> whole;
  std::vector<BlockProfile> parts;
};

BlockProfile blocks_of(const Profile& profile) {
  BlockProfile blocks;
  blocks.add(profile, [](const WorkloadProfile& workload) {
    return workload.is_culprit_itself ? std::nullopt : std::optional(std::string());
  });
  return blocks;
}

Profile profile_of(const Recording& recording, const RecordingRange& range,
                   const std::string& file) {
  auto read = replayed(recording, range);
  if (!read) {
    std::fprintf(stderr, "diff_power: %s: %s\n", file.c_str(), read.error().message().c_str());
    std::exit(1);
  }
  return std::move(read->profile);
}

Release read_release(const std::vector<std::string>& files, std::chrono::seconds part) {
  Release release;
  for (const std::string& file : files) {
    const auto recording = Recording::open(file);
    if (!recording) {
      std::fprintf(stderr, "diff_power: %s\n", recording.error().message().c_str());
      std::exit(1);
    }
    release.whole.push_back(profile_of(*recording, {}, file));
    for (std::chrono::nanoseconds from{0}; from + part <= recording->length(); from += part) {
      const RecordingRange range{.from = from, .to = from + part};
      release.parts.push_back(blocks_of(profile_of(*recording, range, file)));
    }
  }
  return release;
}

/// Seconds in which the workload ran all the time; a recording's first and last may be partial.
std::uint32_t whole_seconds(const Profile& profile) {
  return static_cast<std::uint32_t>(
      std::chrono::floor<std::chrono::seconds>(profile.window.duration).count());
}

Profile resampled(const Profile& source, std::uint32_t seconds, double kept, Random& random) {
  constexpr std::uint32_t kRun = 3;
  const std::uint32_t known = whole_seconds(source);
  std::uniform_int_distribution<std::uint32_t> first(0, known - kRun);
  std::vector<std::vector<std::uint32_t>> becomes(known);  // by second of the source
  for (std::uint32_t second = 0; second < seconds; second += kRun) {
    const std::uint32_t start = first(random);
    for (std::uint32_t step = 0; step < std::min(kRun, seconds - second); ++step) {
      becomes[start + step].push_back(second + step);
    }
  }
  Profile result = source;
  result.window.duration = std::chrono::seconds(seconds);
  for (StackRow& row : result.stacks) {
    SecondCounts counts;
    for (const SecondCounts::Entry& entry : row.seconds.entries()) {
      if (entry.second >= known) {
        continue;
      }
      for (const std::uint32_t second : becomes[entry.second]) {
        std::binomial_distribution<std::uint64_t> some(entry.count, kept);
        if (const std::uint64_t samples = some(random); samples > 0) {
          counts.add(second, samples);
        }
      }
    }
    row.seconds = std::move(counts);
  }
  return result;
}

struct Tally {
  std::string source, what;
  double seconds = 0, kept = 1;
  std::uint64_t pairs = 0, any = 0, found = 0, samples = 0, tests = 0;
  double detectable = 0;
  std::map<std::string, std::uint64_t> named;  ///< in how many pairs a function got a verdict

  void take(const Comparison& comparison, const std::string& function) {
    ++pairs;
    samples += comparison.before.samples + comparison.after.samples;
    tests += comparison.tests;
    detectable += comparison.detectable_change;
    any += comparison.result == ComparisonResult::Different ? 1 : 0;
    for (const ComparedRow& row : comparison.functions) {
      named[row.frame.name.function] += row.changed() ? 1 : 0;
      const bool grew = row.own.change == Change::Grew || row.whole.change == Change::Grew;
      found += grew && row.frame.name.function == function ? 1 : 0;
    }
  }

  void print() const {
    const auto each = static_cast<double>(std::max<std::uint64_t>(pairs, 1));
    fmt::print(
        "{{\"source\": \"{}\", \"what\": \"{}\", \"seconds\": {}, \"kept\": {}, \"pairs\": {}, "
        "\"any\": {}, "
        "\"found\": {}, \"samples\": {:.0f}, \"tests\": {:.1f}, \"detectable\": {:.5f}}}\n",
        source, what, seconds, kept, pairs, any, found, static_cast<double>(samples) / each / 2,
        static_cast<double>(tests) / each, detectable / each);
    std::fflush(stdout);
    for (const auto& [name, times] : named) {
      if (times > 0 && what == "same") {
        fmt::print(stderr, "  false alarm: {} times {}\n", times, name);
      }
    }
  }
};

/// So many pairs of different parts, without order, drawn from all there are.
std::vector<std::pair<std::size_t, std::size_t>> choose_pairs(std::size_t before, std::size_t after,
                                                              bool same, std::size_t wanted,
                                                              Random& random) {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  for (std::size_t one = 0; one < before; ++one) {
    for (std::size_t other = same ? one + 1 : 0; other < after; ++other) {
      all.emplace_back(one, other);
    }
  }
  std::shuffle(all.begin(), all.end(), random);
  all.resize(std::min(all.size(), wanted));
  return all;
}

void compare_parts(const Release& before, const Release& after, const std::string& function,
                   Tally tally, std::size_t pairs, Random& random) {
  for (const auto& [one, other] :
       choose_pairs(before.parts.size(), after.parts.size(), &before == &after, pairs, random)) {
    tally.take(compare(before.parts[one], after.parts[other]), function);
  }
  tally.print();
}

void compare_resampled(const Release& before, const Release& after, const std::string& function,
                       Tally tally, std::size_t pairs, Random& random) {
  const auto any_of = [&](const Release& release) -> const Profile& {
    return release
        .whole[std::uniform_int_distribution<std::size_t>(0, release.whole.size() - 1)(random)];
  };
  const auto seconds = static_cast<std::uint32_t>(tally.seconds);
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    const Profile one = resampled(any_of(before), seconds, tally.kept, random);
    const Profile other = resampled(any_of(after), seconds, tally.kept, random);
    tally.take(compare(blocks_of(one), blocks_of(other)), function);
  }
  tally.print();
}

int run(const std::vector<std::string>& arguments) {
  const auto border = std::find(arguments.begin(), arguments.end(), "--");
  constexpr std::ptrdiff_t kFirstFile = 3;
  if (border - arguments.begin() <= kFirstFile || border == arguments.end()) {
    std::fprintf(stderr, "usage: diff_power FUNCTION SECONDS PAIRS SAME... -- SLOWER...\n");
    return 2;
  }
  const std::string& function = arguments[0];
  const std::chrono::seconds part(std::stoul(arguments[1]));
  const std::size_t pairs = std::stoul(arguments[2]);
  const Release same = read_release({arguments.begin() + kFirstFile, border}, part);
  const Release slower = read_release({border + 1, arguments.end()}, part);
  Random random(1);
  const auto part_seconds = static_cast<double>(part.count());
  compare_parts(same, same, function, {"real", "same", part_seconds}, pairs, random);
  compare_parts(same, slower, function, {"real", "slower", part_seconds}, pairs, random);
  for (const double seconds : {10.0, 30.0, 60.0}) {
    for (const double kept : {1.0, 0.33, 0.1, 0.033}) {
      compare_resampled(same, same, function, {"resampled", "same", seconds, kept}, pairs, random);
      compare_resampled(same, slower, function, {"resampled", "slower", seconds, kept}, pairs,
                        random);
    }
  }
  return 0;
}

}  // namespace
}  // namespace culprit

int main(int count, char** arguments) {
  return culprit::run({arguments + 1, arguments + count});
}
