// SPDX-License-Identifier: Apache-2.0
#include "capture/replay_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "capture/schema.h"

namespace culprit {
namespace {

constexpr std::int64_t kNoMore = std::numeric_limits<std::int64_t>::max();

/// The moment of an observation.
KernelTime time_of(const auto& row) {
  if constexpr (requires { row.time; }) {
    return row.time;
  } else {
    return row.until;
  }
}

/// The rows of one table from first to last.
template <typename Row>
struct Cursor {
  std::optional<Statement> query;
  std::int64_t seq = kNoMore;

  Status open(const Database& database, std::pair<std::int64_t, std::int64_t> seqs) {
    auto made = database.prepare(
        fmt::format("SELECT seq, {} FROM {} WHERE seq BETWEEN ? AND ? ORDER BY seq",
                    column_names<Row>().names(), kTable<Row>));
    if (!made) {
      return std::move(made).error();
    }
    query = std::move(*made);
    query->bind(0, seqs.first);
    query->bind(1, seqs.second);
    return advance();
  }

  Status advance() {
    auto row = query->step();
    if (!row) {
      return std::move(row).error();
    }
    seq = *row ? query->integer(0) : kNoMore;
    return Success{};
  }
};

template <typename Tuple>
class Merge;

template <typename... Rows>
class Merge<std::tuple<Rows...>> {
 public:
  Merge(const ReplayRange& range, const NumberLookup& numbers, SampleSink& sink)
      : range_(range), numbers_(numbers), sink_(sink) {}

  Status run(const Database& database, std::pair<std::int64_t, std::int64_t> seqs) {
    Status status = Success{};
    ((status = status ? std::get<Cursor<Rows>>(cursors_).open(database, seqs) : std::move(status)),
     ...);
    while (status) {
      // The cursor with the lowest number, and how far it may go before another one's turn.
      std::int64_t lowest = kNoMore;
      std::int64_t second = kNoMore;
      const auto look = [&](std::int64_t seq) {
        second = std::min(second, std::max(seq, lowest));
        lowest = std::min(lowest, seq);
      };
      (look(std::get<Cursor<Rows>>(cursors_).seq), ...);
      if (lowest == kNoMore) {
        break;
      }
      ((status = status && std::get<Cursor<Rows>>(cursors_).seq == lowest
                     ? drain(std::get<Cursor<Rows>>(cursors_), second)
                     : std::move(status)),
       ...);
    }
    return status;
  }

 private:
  template <typename Row>
  Status drain(Cursor<Row>& cursor, std::int64_t before) {
    do {
      Row row;
      RowReader reader(*cursor.query, range_.start, numbers_, 1);
      columns(reader, row);
      if (!reader.intact()) {
        return Error(
            fmt::format("it is damaged: in its table {} is what no recording holds", kTable<Row>));
      }
      const std::chrono::nanoseconds since = time_of(row) - range_.start;
      if (since >= range_.from && since <= range_.to) {
        sink_.accept(std::move(row));
      }
      if (auto advanced = cursor.advance(); !advanced) {
        return advanced;
      }
    } while (cursor.seq < before);
    return Success{};
  }

  const ReplayRange& range_;
  const NumberLookup& numbers_;
  SampleSink& sink_;
  std::tuple<Cursor<Rows>...> cursors_;
};

/// The numbers of the observations in all windows that touch the range.
Result<std::pair<std::int64_t, std::int64_t>> seqs_of(const Database& database,
                                                      const ReplayRange& range) {
  auto query = database.prepare(
      "SELECT coalesce(min(first_seq), 0), coalesce(max(last_seq), -1) FROM windows "
      "WHERE end_ns >= ? AND start_ns <= ?");
  if (!query) {
    return std::move(query).error();
  }
  // What is counted once a second arrives after its time.
  constexpr std::chrono::nanoseconds kLate = std::chrono::seconds(10);
  query->bind(0, (range.from - kLate).count());
  query->bind(1, (range.to + kLate).count());
  auto row = query->step();
  if (!row) {
    return std::move(row).error();
  }
  return std::pair(query->integer(0), query->integer(1));
}

}  // namespace

Status replay_rows(const Database& database, const ReplayRange& range, const NumberLookup& numbers,
                   SampleSink& sink) {
  auto seqs = seqs_of(database, range);
  if (!seqs) {
    return std::move(seqs).error();
  }
  return Merge<RecordedRows>(range, numbers, sink).run(database, *seqs);
}

}  // namespace culprit
