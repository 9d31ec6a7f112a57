// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "abi/file_write.h"
#include "probes/syscalls/drained_map.h"
#include "probes/syscalls/name_book.h"
#include "probes/syscalls/written_paths.h"
#include "samples/sample.h"

namespace culprit {

/// Takes the counts of writes out of the kernel's map and names the files.
class WriteReader {
 public:
  WriteReader(int writes_map, int names_map) : writes_(writes_map), names_(names_map) {}

  Status read(KernelTime now, SampleSink& sink);

 private:
  DrainedMap<culprit_write_key, culprit_write_value> writes_;
  NameBook names_;
  WrittenPaths paths_;
};

/// What one entry says, but for the path.
WriteCount decode(const culprit_write_key& key, const culprit_write_value& value, KernelTime now);

}  // namespace culprit
