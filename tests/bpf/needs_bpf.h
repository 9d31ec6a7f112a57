// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace culprit {

/// A kernel test that cannot run says so; where the machine is meant to run them (REQUIRE_BPF=1, or
/// CI=true) that is a failure.
inline bool must_run_bpf() {
  const char* required = std::getenv("REQUIRE_BPF");
  const char* ci = std::getenv("CI");
  return (required != nullptr && std::string_view(required) == "1") ||
         (ci != nullptr && std::string_view(ci) == "true");
}

}  // namespace culprit

#define NEEDS_BPF()                                        \
  if (::geteuid() != 0) {                                  \
    if (::culprit::must_run_bpf()) FAIL() << "needs root"; \
    GTEST_SKIP() << "loading BPF programs needs root";     \
  }                                                        \
  static_assert(true, "a semicolon follows")
