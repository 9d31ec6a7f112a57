// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "samples/stack.h"

namespace culprit {

/// A frame with its name. All texts are displayable. `function` is never empty: without a name it
/// is "[module+0xoffset]", without a module "[0xaddress]".
struct ResolvedFrame {
  std::string function;
  std::string file;        ///< empty when not known
  std::uint32_t line = 0;  ///< 0 when not known
  std::string module;      ///< file name of the binary or "[kernel]", "[vdso]", the script's file
  FrameKind kind = FrameKind::Native;
  bool inlined = false;

  auto operator<=>(const ResolvedFrame&) const = default;
};

/// A stack with names, outermost first (the order of flame graphs), kernel frames last.
struct ResolvedStack {
  std::vector<ResolvedFrame> frames;
  StackEnd end = StackEnd::Complete;
};

/// A stack to be named: its addresses mean something in this process only.
struct StackOfProcess {
  const RawStack* stack = nullptr;  ///< not owned; outlives the call it is handed to
  ProcessKey process;
  AddressSpaceId address_space;  ///< 0: kernel frames only
};

}  // namespace culprit
