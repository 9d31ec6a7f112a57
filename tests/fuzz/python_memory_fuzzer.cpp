// SPDX-License-Identifier: Apache-2.0
// Any bytes as a question about frames, for it is made of what a stranger's memory said, and as the
// memory that it is about.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtimes/python/python_questions.h"

namespace {

constexpr std::size_t kFrames = 2;
constexpr std::size_t kQuestionBytes =
    sizeof(culprit::PythonQuestion) + kFrames * sizeof(culprit::PythonFrame);

void require(bool holds) {
  if (!holds) {
    __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto question = bytes.first(std::min(size, kQuestionBytes));
  const auto memory = culprit::ByteSource::of_memory(bytes.subspan(question.size()));
  const auto answer = culprit::read_python_memory(memory, question);
  if (!answer || question.size() < kQuestionBytes) {
    return 0;
  }
  if (answer->size() != sizeof(culprit::PythonLayout)) {
    require(culprit::decode_names(*answer, kFrames).has_value());
  }
  return 0;
}
