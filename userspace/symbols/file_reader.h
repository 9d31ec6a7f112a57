// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "symbols/byte_source.h"

namespace culprit {

/// Makes something of a stranger's file, or of the memory of a stranger's process: bytes whose
/// meaning only its author and the asker know, as is that of `question`. Runs in the worker
/// process, where it can compute and allocate but open nothing. The error is a sentence about the
/// file. May crash or run on for ever: the worker is then replaced.
using FileReader = std::function<Result<std::vector<std::byte>>(
    const ByteSource& file, std::span<const std::byte> question)>;

/// A reader's number is its index.
using FileReaders = std::vector<FileReader>;

}  // namespace culprit
