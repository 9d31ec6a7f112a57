// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "abi/connect_attempt.h"
#include "probes/syscalls/drained_map.h"
#include "probes/syscalls/name_book.h"
#include "samples/sample.h"

namespace culprit {

/// Takes the counts of attempts to connect out of the kernel's map. Both programs count there, and
/// either probe may read it: each count is handed over once.
class ConnectReader {
 public:
  ConnectReader(int connects_map, int names_map) : connects_(connects_map), names_(names_map) {}

  Status read(KernelTime now, SampleSink& sink);

 private:
  DrainedMap<culprit_connect_key, culprit_connect_value> connects_;
  NameBook names_;
};

/// What one entry says.
ConnectCount decode(const culprit_connect_key& key, const culprit_connect_value& value,
                    KernelTime now, NameBook& names);

}  // namespace culprit
