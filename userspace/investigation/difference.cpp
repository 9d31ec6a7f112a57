// SPDX-License-Identifier: Apache-2.0
#include "investigation/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/display_text.h"
#include "capture/recording.h"
#include "capture/stack_text.h"
#include "comparison/block_profile.h"
#include "comparison/workload_choice.h"
#include "investigation/replay.h"
#include "report/describe.h"
#include "report/verdict.h"

namespace culprit {
namespace {

/// A profile tells the seconds of its first hour apart.
constexpr std::chrono::nanoseconds kPart = std::chrono::hours(1);
constexpr double kNotedLoss = 0.005;

/// Which workloads take part on a side.
struct Choice {
  std::vector<std::string> wishes;  ///< all when empty
  bool as_one = false;              ///< as if they were one container
};

struct Side {
  std::string file;
  BlockProfile profile;
  std::vector<std::string> notes;
  double lost_share = 0;
  double frequency_hz = 0;
  std::string clock, host;
};

/// Notes which wishes have found something, and what there would have been.
struct Choosing {
  std::set<std::string> met, names, chosen;
};

std::optional<std::string> name_in(const Choice& choice, const WorkloadProfile& workload,
                                   Choosing& choosing) {
  if (workload.is_culprit_itself) {
    return std::nullopt;  // the tool, not the patient
  }
  const std::string name = workload_name(workload);
  choosing.names.insert(name);
  bool chosen = choice.wishes.empty();
  for (const std::string& wish : choice.wishes) {
    if (is_chosen(workload, wish)) {
      choosing.met.insert(wish);
      chosen = true;
    }
  }
  if (!chosen) {
    return std::nullopt;
  }
  choosing.chosen.insert(name);
  return choice.as_one ? std::string() : name;
}

Status check_wishes(const Choice& choice, const Choosing& choosing, const std::string& file) {
  for (const std::string& wish : choice.wishes) {
    if (!choosing.met.contains(wish)) {
      return Error(file + ": " + nobody_is(wish, choosing.names));
    }
  }
  return Success{};
}

void take_facts(Side& side, const Replayed& part) {
  const Profile& profile = part.profile;
  side.frequency_hz = profile.window.frequency_hz;
  side.clock = profile.window.clock;
  side.host = profile.host.name;
  side.lost_share = std::max(side.lost_share, sample_loss(profile).share);
  if (profile.window.filtered) {
    side.notes.push_back(side.file + ": only chosen containers were sampled");
  }
  for (const Limit& limit : part.run.facts.limits) {
    if (limit.what == "recording") {
      side.notes.push_back(side.file + ": " + limit.why);
    }
  }
}

Result<Side> read_side(const Recording& recording, const std::string& file, const Choice& choice,
                       Choosing& choosing) {
  Side side{.file = displayable(file, 200)};
  for (std::chrono::nanoseconds from{0}; from.count() == 0 || from < recording.length();
       from += kPart) {
    RecordingRange range{.from = from};
    if (from + kPart < recording.length()) {
      range.to = from + kPart;
    }
    const auto part = replayed(recording, range);
    if (!part) {
      return part.error();
    }
    side.profile.add(part->profile, [&](const WorkloadProfile& workload) {
      return name_in(choice, workload, choosing);
    });
    if (from.count() == 0) {
      take_facts(side, *part);
    }
  }
  if (auto met = check_wishes(choice, choosing, side.file); !met) {
    return std::move(met).error();
  }
  return side;
}

std::string name_of(const Side& side, const std::vector<std::string>& wishes) {
  std::string name;
  for (const std::string& wish : wishes) {
    name += (name.empty() ? "" : ", ") + displayable(wish, 128);
  }
  return name.empty() ? side.file : name;
}

void note_facts(Comparison& comparison, const Side& before, const Side& after) {
  for (const Side* side : {&before, &after}) {
    if (side == &after && before.file == after.file) {
      break;
    }
    comparison.notes.insert(comparison.notes.end(), side->notes.begin(), side->notes.end());
    if (side->lost_share >= kNotedLoss) {
      comparison.notes.push_back(
          fmt::format("{}: {:.1f} % of the samples were lost", side->file, 100 * side->lost_share));
    }
  }
  if (before.clock != after.clock) {
    comparison.notes.push_back(fmt::format("sampled by different clocks: {} and {}",
                                           displayable(before.clock, 32),
                                           displayable(after.clock, 32)));
  }
  if (before.host != after.host) {
    comparison.notes.push_back(fmt::format("from different hosts: {} and {}",
                                           displayable(before.host, 64),
                                           displayable(after.host, 64)));
  }
}

Result<FileDifference> recordings_difference(const DiffOptions& options) {
  const bool as_one = !options.against.empty();
  const Choice of_before{.wishes = options.containers, .as_one = as_one};
  const Choice of_after{.wishes = as_one ? options.against : options.containers, .as_one = as_one};
  std::vector<Side> sides;
  std::vector<Choosing> choosing(2);
  for (const std::size_t index : {kBefore, kAfter}) {
    const std::string& file = index == kBefore ? options.before : options.after;
    const auto recording = Recording::open(file);
    if (!recording) {
      return recording.error();
    }
    auto side =
        read_side(*recording, file, index == kBefore ? of_before : of_after, choosing[index]);
    if (!side) {
      return std::move(side).error();
    }
    sides.push_back(*std::move(side));
  }
  if (options.of_one_file() && as_one) {
    for (const std::string& name : choosing[kBefore].chosen) {
      if (choosing[kAfter].chosen.contains(name)) {
        return Error(fmt::format("{}: {} is on both sides", sides[kBefore].file, name));
      }
    }
  }
  match_containers(sides[kBefore].profile, sides[kAfter].profile);
  FileDifference difference{
      .comparison = compare(sides[kBefore].profile, sides[kAfter].profile),
      .lost_share = std::max(sides[kBefore].lost_share, sides[kAfter].lost_share)};
  Comparison& comparison = difference.comparison;
  comparison.before.name =
      name_of(sides[kBefore], as_one ? options.containers : std::vector<std::string>());
  comparison.after.name = name_of(sides[kAfter], options.against);
  note_facts(comparison, sides[kBefore], sides[kAfter]);
  return difference;
}

Result<FileDifference> stacks_difference(const DiffOptions& options) {
  if (!options.containers.empty()) {
    return Error(options.before + ": --container needs recordings, and this is text");
  }
  FileDifference difference;
  std::vector<BlockProfile> sides(2);
  std::vector<std::string> notes;
  for (const std::size_t index : {kBefore, kAfter}) {
    const std::string& file = index == kBefore ? options.before : options.after;
    const auto text = read_stack_text(file);
    if (!text) {
      return text.error();
    }
    sides[index].add_untimed(text->calls(), text->frames());
    if (text->unread_lines() > 0) {
      notes.push_back(fmt::format("{}: {} lines were no stacks and are left out",
                                  displayable(file, 200), text->unread_lines()));
    }
  }
  difference.comparison = compare(sides[kBefore], sides[kAfter]);
  difference.comparison.before.name = displayable(options.before, 200);
  difference.comparison.after.name = displayable(options.after, 200);
  difference.comparison.notes = std::move(notes);
  return difference;
}

}  // namespace

Result<FileDifference> difference_of_files(const DiffOptions& options) {
  const auto before = is_recording(options.before);
  if (!before) {
    return before.error();
  }
  const auto after = is_recording(options.after);
  if (!after) {
    return after.error();
  }
  if (*before != *after) {
    return Error(fmt::format(
        "{} is a recording and {} is not; \"culprit flame FILE --format folded\" makes stacks of "
        "a recording, which can be compared with stacks",
        *before ? options.before : options.after, *before ? options.after : options.before));
  }
  return *before ? recordings_difference(options) : stacks_difference(options);
}

}  // namespace culprit
