// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "base/result.h"
#include "capture/database.h"
#include "capture/row_columns.h"

namespace culprit {

/// "CULP" in the file's header tells a recording from any other database.
inline constexpr std::int64_t kApplicationId = 0x43554C50;
inline constexpr std::int64_t kSchemaVersion = 1;

/// What is kept in the order in which it became known; each kind has a table.
using RecordedRows = std::tuple<CpuSample, HookCoverage, SyscallCount, ConnectCount, ExchangeCount,
                                WriteCount, ProcessEvent, CgroupEvent, ExecutableMapping, HostUsage,
                                CgroupUsage, ListenQueue, LossCount, SamplerTicks, CallWatch>;

/// The statements that make an empty recording, each of them ended by ";\n".
std::string schema_sql();

/// Fails with a sentence unless the file is a recording that this version reads: same tables, and
/// nothing else in it, for a view or trigger of a stranger would run with every query.
Status check_schema(const Database& database);

}  // namespace culprit
