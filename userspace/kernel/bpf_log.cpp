// SPDX-License-Identifier: Apache-2.0
#include "kernel/bpf_log.h"

#include <bpf/libbpf.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <utility>

namespace culprit {
namespace {

constexpr std::size_t kKeptBytes = 8192;

struct Log {
  std::mutex mutex;
  std::string text;
};

Log& bpf_log() {
  static Log log;
  return log;
}

int keep(libbpf_print_level level, const char* format, std::va_list arguments) noexcept {
  if (level == LIBBPF_DEBUG) {
    return 0;
  }
  std::array<char, 1024> line{};
  const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
  const std::lock_guard lock(bpf_log().mutex);
  std::string& text = bpf_log().text;
  text += line.data();
  if (text.size() > kKeptBytes) {
    text.erase(0, text.size() - kKeptBytes);
  }
  return length;
}

}  // namespace

void capture_bpf_log() {
  libbpf_set_print(keep);
}

std::string take_bpf_log() {
  const std::lock_guard lock(bpf_log().mutex);
  return std::exchange(bpf_log().text, {});
}

}  // namespace culprit
