// SPDX-License-Identifier: Apache-2.0
#include "unit/unwinding/call_chain.h"

// Extern and found by dladdr: the test's program exports its symbols.
extern "C" {

int culprit_chain_realigned(int depth, void (*action)());
int culprit_chain_variable(int depth, void (*action)());
int culprit_chain_saving(int depth, void (*action)());
int culprit_chain_large(int depth, void (*action)());

#define NOT_INLINED __attribute__((noinline, noipa, no_sanitize("address", "undefined")))

NOT_INLINED int culprit_chain_realigned(int depth, void (*action)()) {
  alignas(64) volatile int values[16] = {depth};
  action();
  return values[0];
}

NOT_INLINED int culprit_chain_variable(int depth, void (*action)()) {
  auto* const values =
      static_cast<volatile char*>(__builtin_alloca(static_cast<unsigned>(depth) * 24U));
  values[0] = 1;
  return culprit_chain_realigned(depth, action) + values[0];
}

NOT_INLINED int culprit_chain_saving(int depth, void (*action)()) {
  int sum = 0;
  // What lives across the calls fills the registers that a function has to save.
  int a = depth + 1;
  int b = depth * 3;
  int c = depth ^ 5;
  int d = depth - 9;
  int e = depth | 2;
  for (int round = 0; round < 2; ++round) {
    sum += culprit_chain_variable(depth, action) + a + b + c + d + e;
    a ^= b, b += c, c -= d, d ^= e, e += a;
  }
  return sum;
}

NOT_INLINED int culprit_chain_large(int depth, void (*action)()) {
  volatile char values[5000];
  values[depth] = 3;
  return culprit_chain_saving(depth, action) + values[depth];
}

NOT_INLINED int culprit_chain_outer(int depth, void (*action)()) {
  return culprit_chain_large(depth, action) + depth;
}

}  // extern "C"
