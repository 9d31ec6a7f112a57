// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace culprit {

/// A function's name as people write it: C++ without parameters, Rust (both schemes) without its
/// hash, a symbol version ("@@GLIBC_2.34") cut off. What is no mangled name, or one too long to be
/// honest, comes back as it is. At most 4 KiB; not yet displayable. Meant for the worker process:
/// a hostile name can still cost time.
std::string demangled(std::string_view symbol);

}  // namespace culprit
