// SPDX-License-Identifier: Apache-2.0
#include "capture/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <sstream>
#include <utility>

#include "base/display_text.h"
#include "capture/cells.h"
#include "capture/recorded_texts.h"
#include "capture/replay_cursor.h"
#include "capture/schema.h"

namespace culprit {
namespace {

Error damaged(std::string_view table) {
  return Error(fmt::format("it is damaged: in its table {} is what no recording holds", table));
}

/// The whole text as a number within the limits.
template <typename Number>
std::optional<Number> number_in(const std::string& text, Number least, Number most) {
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = failed == std::errc() && end == text.data() + text.size();
  // Not a number is not within limits either.
  return whole && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

template <typename Row>
bool read_row(const Statement& row, int first_column, const NumberLookup& numbers, KernelTime start,
              Row& value) {
  RowReader reader(row, start, numbers, first_column);
  columns(reader, value);
  return reader.intact();
}

}  // namespace

Result<Recording> Recording::open(const std::string& path) {
  auto database = Database::open(path);
  if (!database) {
    return std::move(database).error();
  }
  auto recording = load(std::move(*database));
  if (!recording) {
    return std::move(recording).error().within(path);
  }
  return recording;
}

Result<Recording> Recording::from_bytes(std::span<const std::byte> bytes) {
  auto database = Database::from_bytes(bytes);
  return database ? load(std::move(*database)) : Result<Recording>(std::move(database).error());
}

Result<Recording> Recording::load(Database database) {
  if (auto known = check_schema(database); !known) {
    return std::move(known).error();
  }
  Recording recording(std::move(database));
  for (const auto step :
       {&Recording::load_facts, &Recording::load_length, &Recording::load_numbers,
        &Recording::load_frames, &Recording::load_stacks, &Recording::load_answers}) {
    if (auto loaded = (recording.*step)(); !loaded) {
      return std::move(loaded).error();
    }
  }
  return recording;
}

template <typename Take>
Status Recording::each_row(const std::string& sql, Take take) const {
  auto query = database_.prepare(sql);
  if (!query) {
    return std::move(query).error();
  }
  return query->each_row([&](const Statement& row) -> Status {
    if (!take(row)) {
      const std::size_t table = sql.find("FROM ") + 5;
      return damaged(sql.substr(table, sql.find(' ', table) - table));
    }
    return Success{};
  });
}

std::uint64_t Recording::dropped() const {
  return number_in<std::uint64_t>(fact("dropped"), 0, UINT64_MAX).value_or(0);
}

const std::string& Recording::fact(const std::string& name) const {
  static const std::string kNone;
  const auto known = facts_.find(name);
  return known == facts_.end() ? kNone : known->second;
}

Status Recording::load_facts() {
  constexpr std::size_t kMostFacts = 1000;
  auto read = each_row("SELECT name, value FROM recording", [this](const Statement& row) {
    facts_[std::string(row.bytes(0))] = row.bytes(1);
    return facts_.size() <= kMostFacts;
  });
  if (!read) {
    return read;
  }
  constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max() / 2;
  const auto wall = number_in<std::int64_t>(fact("start_unix_ns"), 0, kLatest);
  const auto start = number_in<std::int64_t>(fact("start_monotonic_ns"), 0, kLongestTime.count());
  const auto cpus = number_in<std::uint32_t>(fact("host_cpus"), 0, 65536);
  const auto memory = number_in<std::uint64_t>(fact("host_memory_bytes"), 0, UINT64_MAX);
  const auto frequency = number_in<double>(fact("frequency_hz"), 0, 1e6);
  const auto confidence = number_in<double>(fact("min_confidence"), 0, 1);
  if (!wall || !start || !cpus || !memory || !frequency || !confidence) {
    return damaged("recording");
  }
  head_.host = {.name = displayable(fact("host_name")),
                .boot_id = displayable(fact("host_boot_id")),
                .kernel = displayable(fact("host_kernel")),
                .cpus = *cpus,
                .memory_bytes = *memory};
  head_.window.start = WallTime(std::chrono::nanoseconds(*wall));
  head_.window.start_time = KernelTime(std::chrono::nanoseconds(*start));
  head_.window.frequency_hz = *frequency;
  head_.window.clock = fact("clock") == "cycles" ? "cycles" : "cpu-clock";
  head_.window.filtered = fact("filtered") == "1";
  head_.events = fact("cgroup_numbering") == "v1" ? CgroupNumbering::V1 : CgroupNumbering::V2;
  head_.min_confidence = *confidence;
  return Success{};
}

Status Recording::load_length() {
  return each_row("SELECT coalesce(max(end_ns), 0) FROM windows", [this](const Statement& row) {
    length_ = std::chrono::nanoseconds(row.integer(0));
    return length_ >= std::chrono::nanoseconds(0) && is_plausible(length_);
  });
}

NumberLookup Recording::lookup() const {
  return {.stack = [this](std::int64_t number) -> const StackHash* {
            const bool known =
                number >= 0 && number < static_cast<std::int64_t>(stack_hashes_.size());
            return known ? &stack_hashes_[static_cast<std::size_t>(number)] : nullptr;
          },
          .task = [this](std::int64_t number) -> const Task* {
            const bool known = number > 0 && number < static_cast<std::int64_t>(tasks_.size());
            return known ? &tasks_[static_cast<std::size_t>(number)] : nullptr;
          }};
}

Status Recording::load_numbers() {
  stack_hashes_ = {StackHash(0)};
  auto read =
      each_row("SELECT id, hash FROM stack_hashes ORDER BY id", [this](const Statement& row) {
        const bool next = row.integer(0) == static_cast<std::int64_t>(stack_hashes_.size());
        stack_hashes_.emplace_back(static_cast<std::uint64_t>(row.integer(1)));
        return next;
      });
  if (!read) {
    return read;
  }
  tasks_.resize(1);
  const NumberLookup numbers = lookup();
  read = each_row(
      fmt::format("SELECT id, {} FROM tasks ORDER BY id", column_names<Task>().names()),
      [&](const Statement& row) {
        const bool next = row.integer(0) == static_cast<std::int64_t>(tasks_.size());
        return read_row(row, 1, numbers, head_.window.start_time, tasks_.emplace_back()) && next;
      });
  if (!read) {
    return read;
  }
  return each_row(
      fmt::format("SELECT {} FROM raw_stacks ORDER BY stack", column_names<StackShape>().names()),
      [&](const Statement& row) {
        StackShape& shape = shapes_.emplace_back();
        return read_row(row, 0, numbers, head_.window.start_time, shape) &&
               shape.kernel_frames <= kDeepestStack && shape.user_frames <= kDeepestStack;
      });
}

Status Recording::load_frames() {
  const NumberLookup numbers = lookup();
  return each_row(
      fmt::format("SELECT id, {} FROM frames ORDER BY id", column_names<ResolvedFrame>().names()),
      [&](const Statement& row) {
        const bool next = row.integer(0) == static_cast<std::int64_t>(frames_.size());
        ResolvedFrame& frame = frames_.emplace_back();
        const bool read = read_row(row, 1, numbers, head_.window.start_time, frame);
        make_displayable(frame);
        return read && next;
      });
}

Status Recording::load_stacks() {
  named_stacks_.resize(1);  // the empty one
  auto read =
      each_row("SELECT id, caller, frame FROM stacks ORDER BY id", [this](const Statement& row) {
        const auto next = static_cast<std::int64_t>(named_stacks_.size());
        const std::int64_t caller = row.integer(1);
        const std::int64_t frame = row.integer(2);
        // A caller that comes earlier cannot be called by its callee: no walk goes round in
        // circles.
        if (row.integer(0) != next || caller < 0 || caller >= next || frame < 0 ||
            frame >= static_cast<std::int64_t>(frames_.size())) {
          return false;
        }
        named_stacks_.push_back({.caller = static_cast<std::uint32_t>(caller),
                                 .frame = static_cast<std::uint32_t>(frame)});
        return true;
      });
  return read ? load_namings() : read;
}

Status Recording::load_namings() {
  const NumberLookup numbers = lookup();
  return each_row(
      "SELECT stack, pid, started, space, stack_end, named_stack FROM stack_names",
      [&](const Statement& row) {
        const StackHash* hash = numbers.stack(row.integer(0));
        const std::int64_t end = row.integer(4);
        const std::int64_t named = row.integer(5);
        if (hash == nullptr || named < 0 ||
            named >= static_cast<std::int64_t>(named_stacks_.size()) || end < 0 ||
            end > static_cast<std::int64_t>(kLargest<StackEnd>)) {
          return false;
        }
        namings_[{.stack = *hash,
                  .process = {.pid = Pid(static_cast<std::uint32_t>(row.integer(1))),
                              .start_boottime_ns = static_cast<std::uint64_t>(row.integer(2))},
                  .address_space = AddressSpaceId(static_cast<std::uint64_t>(row.integer(3)))}] = {
            .end = static_cast<StackEnd>(end), .named = static_cast<std::uint32_t>(named)};
        return true;
      });
}

Status Recording::load_answers() {
  const NumberLookup numbers = lookup();
  auto read = each_row(
      fmt::format("SELECT v2, v1, {} FROM containers", column_names<Container>().names()),
      [&](const Statement& row) {
        Container container;
        const bool good = read_row(row, 2, numbers, head_.window.start_time, container);
        make_displayable(container);
        containers_[{CgroupId(static_cast<std::uint64_t>(row.integer(0))),
                     CgroupId(static_cast<std::uint64_t>(row.integer(1)))}] = std::move(container);
        return good;
      });
  if (!read) {
    return read;
  }
  return each_row(fmt::format("SELECT asked_pid, asked_started, {} FROM processes",
                              column_names<ProcessFacts>().names()),
                  [&](const Statement& row) {
                    ProcessFacts facts;
                    const bool good = read_row(row, 2, numbers, head_.window.start_time, facts);
                    make_displayable(facts);
                    const ProcessKey asked{
                        .pid = Pid(static_cast<std::uint32_t>(row.integer(0))),
                        .start_boottime_ns = static_cast<std::uint64_t>(row.integer(1))};
                    processes_[asked] = std::move(facts);
                    return good;
                  });
}

Status Recording::replay(const RecordingRange& range, SampleSink& sink) const {
  for (const StackShape& shape : shapes_) {
    RawStack stack{.hash = shape.stack, .end = shape.end};
    stack.frames.resize(shape.kernel_frames, RawFrame{.kind = FrameKind::Kernel});
    stack.frames.resize(std::size_t{shape.kernel_frames} + shape.user_frames,
                        RawFrame{.kind = FrameKind::Native});
    sink.accept(std::move(stack));
  }
  return replay_rows(
      database_,
      {.start = head_.window.start_time, .from = range.from, .to = range.to.value_or(kLongestTime)},
      lookup(), sink);
}

ResolvedStack Recording::stack_of(const StackOfProcess& question) const {
  ResolvedStack answer;
  const auto known = namings_.find({.stack = question.stack->hash,
                                    .process = question.process,
                                    .address_space = question.address_space});
  if (known == namings_.end()) {
    return answer;
  }
  answer.end = known->second.end;
  for (std::uint32_t number = known->second.named;
       number != 0 && answer.frames.size() < kDeepestStack; number = named_stacks_[number].caller) {
    answer.frames.push_back(frames_[named_stacks_[number].frame]);
  }
  std::reverse(answer.frames.begin(), answer.frames.end());
  return answer;
}

ProfileSources Recording::sources() const {
  ProfileSources sources;
  sources.container_of = [this](CgroupId v2, CgroupId v1) {
    const auto exact = containers_.find({v2, v1});
    if (exact != containers_.end()) {
      return exact->second;
    }
    // A part of a recording may know one of the ids only.
    for (const auto& [ids, container] : containers_) {
      if ((v2 != CgroupId(0) && ids.first == v2) || (v1 != CgroupId(0) && ids.second == v1)) {
        return container;
      }
    }
    return Container{.kind = WorkloadKind::Host, .name = "host (other)", .cgroup_path = "/"};
  };
  sources.process_of = [this](ProcessKey key) {
    const auto known = processes_.find(key);
    return known == processes_.end() ? std::nullopt : std::optional(known->second);
  };
  sources.process_of_pid = [this](Pid pid) {
    const auto known = processes_.find(ProcessKey{.pid = pid});
    return known == processes_.end() ? std::nullopt : std::optional(known->second);
  };
  sources.resolve = [this](std::span<const StackOfProcess> stacks) {
    std::vector<ResolvedStack> answers;
    answers.reserve(stacks.size());
    for (const StackOfProcess& stack : stacks) {
      answers.push_back(stack_of(stack));
    }
    return answers;
  };
  std::istringstream pids(fact("own_pids"));
  for (std::uint32_t pid = 0; pids >> pid;) {
    sources.own_pids.emplace_back(pid);
  }
  sources.until = head_.window.start_time + length_;
  const auto end = number_in<std::int64_t>(fact("end_monotonic_ns"), 0, 2 * kLongestTime.count());
  if (end) {
    sources.until = KernelTime(std::chrono::nanoseconds(*end));
  }
  return sources;
}

}  // namespace culprit
