// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/unique_fd.h"
#include "symbols/file_reader.h"
#include "symbols/sandbox.h"

namespace culprit {

/// The worker process from its fork to its end: enters the sandbox, greets (an answer with id 0,
/// with the error if the sandbox could not be entered), then answers queries until the asker is
/// gone. What is thrown (for want of memory) ends it here, not in the program that it was forked
/// from. Keeps the tables of the files it was asked about, within bounds.
[[noreturn]] void run_symbol_worker(UniqueFd socket, const SandboxLimits& limits,
                                    const FileReaders& readers) noexcept;

}  // namespace culprit
