// SPDX-License-Identifier: Apache-2.0
// Any bytes as the answer of the process that reads unwind information: what is accepted is a sound
// table and comes out the same when it is written again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "unwinding/block_tree.h"
#include "unwinding/rule_book.h"
#include "unwinding/unwind_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto answer = std::as_bytes(std::span(data, size));
  const auto table = culprit::decode_unwind_answer(answer);
  if (!table) {
    return 0;
  }
  if (!std::ranges::equal(culprit::encode_unwind_table(*table), answer)) {
    __builtin_trap();
  }
  culprit::RuleBook book;
  const auto numbers = book.add(table->rules);
  const auto tree = culprit::lay_out_blocks(*table, numbers->numbers);
  for (const culprit::UnwindRow& row : table->rows) {
    if (tree && culprit::find_rule_number(*tree, row.address) != numbers->numbers[row.rule]) {
      __builtin_trap();
    }
  }
  book.remove(numbers->numbers);
  return 0;
}
