// SPDX-License-Identifier: Apache-2.0
#include "runtimes/jit/jit_reader.h"

#include "runtimes/jit/jit_dump.h"
#include "runtimes/jit/perf_map.h"

namespace culprit {

Result<std::vector<std::byte>> read_jit_names(const ByteSource& file,
                                              std::span<const std::byte> question) {
  auto wanted = WantedCode::of_question(question);
  if (!wanted) {
    return wanted.error();
  }
  const Status read =
      is_jit_dump(file) ? read_jit_dump(file, *wanted) : read_perf_map(file, *wanted);
  if (!read) {
    return read.error();
  }
  return wanted->answer();
}

}  // namespace culprit
