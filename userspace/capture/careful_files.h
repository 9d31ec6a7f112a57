// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace culprit {

/// The name of a way for SQLite to reach files that deletes nothing but journals, for recordings
/// that strangers made: a journal may name a further file, and SQLite deletes that one when it has
/// played the journal back (https://sqlite.org/fileformat.html#the_rollback_journal). Opening such
/// a journal fails here. Null when SQLite refuses it. Any thread.
const char* careful_files();

}  // namespace culprit
