// SPDX-License-Identifier: Apache-2.0
#include "unwinding/table_maker.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <tuple>
#include <utility>

#include "unwinding/block_tree.h"

namespace culprit {
namespace {

std::span<const std::byte> bytes_of(std::span<const culprit_unwind_block> blocks) {
  return std::as_bytes(blocks);
}

std::uint64_t hash_of(std::span<const culprit_unwind_block> blocks) {
  const auto bytes = bytes_of(blocks);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::hash<std::string_view>{}(text);
}

/// Sampled files first, then the small ones.
auto order_of(const TableMaker::Job& job) {
  return std::tuple(!job.sampled, job.bytes);
}

}  // namespace

TableMaker::TableMaker(Sides sides) : sides_(std::move(sides)), book_(sides_.rules.size()) {
  thread_ = std::thread([this] {
    if (sides_.prepare_thread) {
      sides_.prepare_thread();
    }
    run();
  });
}

TableMaker::~TableMaker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void TableMaker::want(Job job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  changed_.notify_one();
}

void TableMaker::hurry(FileId file) {
  const std::lock_guard lock(mutex_);
  const auto job = std::ranges::find(jobs_, file, &Job::file);
  if (job != jobs_.end()) {
    job->sampled = true;
  }
}

void TableMaker::drop(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  dropped_.push_back(number);
  changed_.notify_one();
}

std::vector<MadeTable> TableMaker::take_made() {
  const std::lock_guard lock(mutex_);
  return std::exchange(made_, {});
}

TableLosses TableMaker::take_losses() {
  const std::lock_guard lock(mutex_);
  return std::exchange(losses_, {});
}

/// False when it is over.
bool TableMaker::next(std::optional<Job>& job, std::vector<std::uint32_t>& dropped) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ending_ || !jobs_.empty() || !dropped_.empty(); });
  if (ending_) {
    return false;
  }
  dropped = std::exchange(dropped_, {});
  job.reset();
  if (!jobs_.empty()) {
    const auto best = std::ranges::min_element(jobs_, {}, order_of);
    job = std::move(*best);
    jobs_.erase(best);
  }
  return true;
}

void TableMaker::run() {
  std::optional<Job> job;
  std::vector<std::uint32_t> dropped;
  while (next(job, dropped)) {
    for (const std::uint32_t number : dropped) {
      release(number);
    }
    if (job) {
      MadeTable table = make(std::move(*job));
      const std::lock_guard lock(mutex_);
      made_.push_back(std::move(table));
    }
  }
}

MadeTable TableMaker::make(Job job) {
  auto content = job.known ? Result<UnwindFile>(std::move(*job.known))
                           : sides_.read_file(job.file, job.descriptor.get());
  if (!content) {
    const std::lock_guard lock(mutex_);
    ++losses_.failed;
    return {.file = job.file, .code = {}, .failure = content.error().message()};
  }
  if (content->table.rows.empty()) {
    return {.file = job.file, .code = std::move(content->code)};
  }
  return load(job.file, *std::move(content));
}

MadeTable TableMaker::load(FileId file, UnwindFile content) {
  MadeTable made{.file = file,
                 .lowest_address = content.table.lowest_address,
                 .code = std::move(content.code)};
  auto laid_out = lay_out(content.table);
  if (!laid_out) {
    const std::lock_guard lock(mutex_);
    ++losses_.rules_full;
    made.failure = laid_out.error().message();
    return made;
  }
  made.middle_blocks = laid_out->tree.middle_blocks;
  auto number = keep(*laid_out);
  if (!number) {
    book_.remove(laid_out->rules);
    const std::lock_guard lock(mutex_);
    ++losses_.tables_full;
    made.failure = number.error().message();
    return made;
  }
  made.number = *number;
  made.blocks = kept_.at(*number).blocks;
  return made;
}

Result<TableMaker::LaidOut> TableMaker::lay_out(const UnwindTable& table) {
  auto numbers = book_.add(table.rules);
  if (!numbers) {
    return std::move(numbers).error();
  }
  for (const std::uint16_t number : numbers->added) {
    sides_.rules[number] = book_.rule(number);
  }
  auto tree = lay_out_blocks(table, numbers->numbers);
  if (!tree) {
    book_.remove(numbers->numbers);
    return std::move(tree).error();
  }
  return LaidOut{.tree = std::move(*tree), .rules = std::move(numbers->numbers)};
}

/// The number of the table from now on: that of one with the same content where there is one.
Result<std::uint32_t> TableMaker::keep(const LaidOut& table) {
  const std::uint64_t content = hash_of(table.tree.blocks);
  if (const auto same = same_table(table.tree.blocks, content); same) {
    book_.remove(table.rules);  // they are counted for the table that is there already
    ++kept_.at(*same).users;
    return *same;
  }
  const auto number = free_number();
  if (!number) {
    return Error("as many unwind tables as fit");
  }
  auto place = sides_.put_table(*number, table.tree.blocks);
  if (!place) {
    return std::move(place).error();
  }
  kept_.emplace(*number,
                Kept{.blocks = *place, .rules = table.rules, .content = content, .users = 1});
  return *number;
}

/// The bytes are compared: whoever makes a file could make its hash that of another one.
std::optional<std::uint32_t> TableMaker::same_table(std::span<const culprit_unwind_block> blocks,
                                                    std::uint64_t content) const {
  for (const auto& [number, kept] : kept_) {
    if (kept.content == content && kept.blocks.size() == blocks.size() &&
        std::memcmp(kept.blocks.data(), blocks.data(), blocks.size_bytes()) == 0) {
      return number;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> TableMaker::free_number() const {
  std::uint32_t number = 0;
  for (const auto& entry : kept_) {
    if (entry.first != number) {
      break;
    }
    ++number;
  }
  return number < CULPRIT_UNWIND_MAX_TABLES ? std::optional(number) : std::nullopt;
}

void TableMaker::release(std::uint32_t number) {
  const auto kept = kept_.find(number);
  if (kept == kept_.end() || --kept->second.users > 0) {
    return;
  }
  sides_.drop_table(number);
  book_.remove(kept->second.rules);
  kept_.erase(kept);
}

}  // namespace culprit
