// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "abi/exchange.h"
#include "probes/syscalls/drained_map.h"
#include "probes/syscalls/name_book.h"
#include "samples/sample.h"

namespace culprit {

/// Takes the counts of requests and responses out of the kernel's map.
class ExchangeReader {
 public:
  ExchangeReader(int exchanges_map, int names_map) : exchanges_(exchanges_map), names_(names_map) {}

  Status read(KernelTime now, SampleSink& sink);

 private:
  DrainedMap<culprit_exchange_key, culprit_exchange_value> exchanges_;
  NameBook names_;
};

/// What one entry says.
ExchangeCount decode(const culprit_exchange_key& key, const culprit_exchange_value& value,
                     KernelTime now, NameBook& names);

}  // namespace culprit
