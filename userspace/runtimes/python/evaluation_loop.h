// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtimes/python/python_facts.h"
#include "symbols/elf_image.h"

namespace culprit {

/// Compilers with profiles put what is seldom run of the evaluation loop elsewhere, without a
/// symbol that survives stripping. It is where conditional jumps of the hot part lead to: into the
/// midst of a function of which .eh_frame says where it begins and ends.
PythonLoops find_evaluation_loop(const ByteSource& file, const ElfImage& image,
                                 culprit_python_range hot);

}  // namespace culprit
