// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ELF file: compile its unwind table, which must survive the way to the kernel
// part.
#include <cstddef>
#include <cstdint>
#include <span>

#include "unwinding/block_tree.h"
#include "unwinding/build_table.h"
#include "unwinding/rule_book.h"
#include "unwinding/unwind_answer.h"

namespace {

void require(bool holds) {
  if (!holds) {
    __builtin_trap();
  }
}

void check_blocks(const culprit::UnwindTable& table) {
  culprit::RuleBook book;
  const auto numbers = book.add(table.rules);
  require(numbers.has_value());
  const auto tree = culprit::lay_out_blocks(table, numbers->numbers);
  if (!tree) {
    return;
  }
  for (const culprit::UnwindRow& row : table.rows) {
    require(culprit::find_rule_number(*tree, row.address) == numbers->numbers[row.rule]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = culprit::ByteSource::of_memory(std::as_bytes(std::span(data, size)));
  const culprit::UnwindLimits limits{
      .max_inflated_bytes = 1U << 20U, .max_rows = 200'000, .max_instructions = 1'000'000};
  const auto table = culprit::build_unwind_table(source, limits);
  if (!table) {
    return 0;
  }
  const auto again = culprit::decode_unwind_answer(culprit::encode_unwind_table(*table), limits);
  require(again.has_value() && again->rows == table->rows && again->counters == table->counters);
  check_blocks(*table);
  return 0;
}
