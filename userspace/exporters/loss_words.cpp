// SPDX-License-Identifier: Apache-2.0
#include "exporters/loss_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "exporters/wording.h"

namespace culprit {
namespace {

using Words = std::pair<std::string_view, std::string_view>;

/// In the order in which a sample passes the places where it can be lost.
constexpr std::array kWords = {
    Words{"not_delivered", "samples that the kernel did not deliver"},
    Words{"sample_ring_full", "samples that found the ring buffer full"},
    Words{"scratch_busy", "samples and events that found their CPU's scratch space in use"},
    Words{"program_recursion", "events that came while the same CPU was in a BPF program"},
    Words{"event_ring_full", "process events that found the ring buffer full"},
    Words{"stack_ring_full", "call stacks of events that found the ring buffer full"},
    Words{"mapping_records", "mappings of executables that the kernel dropped"},
    Words{"queue_full", "samples and events that were not taken in fast enough"},
    Words{"cgroup_table_full", "cgroups beyond those that are kept"},
    Words{"usage_table_full", "counters of cgroups beyond those that are kept"},
    Words{"stack_store_full", "call stacks beyond those that are kept"},
    Words{"frame_table_full", "functions beyond those that are kept"},
    Words{"sample_thread_folded", "samples of threads beyond those that are told apart"},
    Words{"sample_stack_folded", "samples of stacks beyond those that are told apart"},
    Words{"syscall_row_folded", "system calls beyond the rows that are told apart"},
    Words{"connect_row_folded", "connects beyond the rows that are told apart"},
    Words{"exchange_row_folded", "exchanges beyond the rows that are told apart"},
    Words{"write_row_folded", "writes beyond the rows that are told apart"},
    Words{"write_object_folded", "writes to files beyond those that are told apart"},
    Words{"record_malformed", "records that made no sense"},
    Words{"ring_unreadable", "times that the ring buffer could not be read"},
    Words{"observer_failed", "times that observing ended early for lack of memory"},
    Words{"syscall_map_full", "system calls beyond the kinds that can be told apart"},
    Words{"connect_map_full", "connects beyond the destinations that can be told apart"},
    Words{"socket_map_full", "connects beyond those that can be under way"},
    Words{"write_map_full", "writes beyond the files that can be told apart"},
    Words{"exchange_map_full", "exchanges beyond the connections that can be told apart"},
    Words{"argument_unreadable", "system calls whose arguments were not in memory"},
    Words{"syscall_counts_unreadable", "times that the counts of system calls were not read"},
    Words{"connects_unreadable", "times that the counts of connects were not read"},
    Words{"writes_unreadable", "times that the counts of writes were not read"},
    Words{"exchanges_unreadable", "times that the counts of exchanges were not read"},
    Words{"host_counters_unread", "times that the host's counters were not read"},
    Words{"stack_copy_ring_full", "copied stacks that found the ring buffer full"},
    Words{"stack_copies_full", "copied stacks beyond those that can wait to be unwound"},
    Words{"stack_copies_missing", "stacks whose copy did not arrive"},
    Words{"unwind_table_failed", "files whose unwind information could not be read"},
    Words{"unwind_tables_full", "files beyond the unwind tables that fit"},
    Words{"unwind_tables_evicted", "unwind tables that made room for others"},
    Words{"unwind_rules_full", "unwind tables with more rules than fit"},
    Words{"unwind_spaces_evicted", "processes whose mappings made room for others'"},
    Words{"unwind_mappings_cut", "processes with more mappings than are kept"},
    Words{"unwind_mappings_full", "processes whose mappings did not fit"},
    Words{"process_maps_missed", "processes that ended before their mappings were read"},
    Words{"process_maps_dropped", "mappings beyond those that are kept"},
    Words{"symbol_worker_killed", "files that took too long or too much memory to read"},
    Words{"symbol_files_unreadable", "files whose symbols could not be read"},
    Words{"symbols_not_in_time", "places in code that were not named in time"},
    Words{"symbols_unknown", "frames without a name"},
    Words{"stack_missing", "samples whose call stack never came"},
    Words{"runtime_frames_unread", "frames of language runtimes whose process had ended"},
    Words{"runtime_stacks_full", "stacks of language runtimes beyond those that are kept"},
    Words{"runtime_frames_full", "frames of language runtimes beyond those that are kept"},
};

}  // namespace

std::string loss_words(std::string_view cause) {
  const auto* known = std::ranges::find(kWords, cause, &Words::first);
  return known == kWords.end() ? short_name(cause) : std::string(known->second);
}

std::string word_losses(const std::map<std::string, std::uint64_t>& lost) {
  std::string text;
  for (const Words& words : kWords) {
    const auto found = lost.find(std::string(words.first));
    if (found != lost.end() && found->second > 0) {
      text += fmt::format("{}{} {}", text.empty() ? "lost: " : ", ", words.second, found->second);
    }
  }
  for (const auto& [cause, count] : lost) {
    const bool known = std::ranges::find(kWords, cause, &Words::first) != kWords.end();
    if (!known && count > 0) {
      text += fmt::format("{}{} {}", text.empty() ? "lost: " : ", ", short_name(cause), count);
    }
  }
  return text;
}

}  // namespace culprit
