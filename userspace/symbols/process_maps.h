// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "base/unique_fd.h"
#include "samples/lifecycle.h"
#include "symbols/executable_range.h"
#include "symbols/mapped_files.h"
#include "symbols/maps_text.h"
#include "symbols/mount_types.h"
#include "symbols/process_roots.h"

namespace culprit {

/// What lies at an address.
struct MappedAddress {
  MappingKind kind = MappingKind::Anonymous;
  FileId file;               ///< of kind File only
  std::uint64_t offset = 0;  ///< in the file; else from the start of the mapping
  bool low = false;          ///< mapped below 4 GiB: a 32-bit process has another vdso
};

/// An address space in the life of one process.
struct AddressSpaceKey {
  ProcessKey process;
  AddressSpaceId id;

  auto operator<=>(const AddressSpaceKey&) const = default;
};

struct ProcessMapsLimits {
  std::size_t open_files = 384;
  std::size_t open_roots = 96;
  std::size_t address_spaces = 4096;
  std::size_t mappings_per_space = 2048;
  std::size_t events_per_pid = 512;
};

/// What was executable where, in processes that live and in those that have ended. Learns from
/// /proc at first sight and from mapping events afterwards; opens the mapped files while the
/// process lives, so that they have names when it has ended. Main thread only.
class ProcessMaps {
 public:
  explicit ProcessMaps(ProcessMapsLimits limits = {}, std::string proc = "/proc");

  /// Reads the process's mappings unless this was done before. Call it when a first sample of the
  /// address space arrives, as soon as possible. Typically 0.1 ms; a known one costs a look-up.
  void note_process(ProcessKey process, AddressSpaceId address_space);
  void accept(const ExecutableMapping& event);
  /// Forks pass mappings on, executions end them.
  void accept(const ProcessEvent& event);
  /// Drops what is known of processes that ended before `time`.
  void forget_ended_before(KernelTime time);

  [[nodiscard]] std::optional<MappedAddress> find(const AddressSpaceKey& space,
                                                  InstructionAddress address) const;
  /// All that is executable in it now, by address, without overlaps.
  [[nodiscard]] std::vector<ExecutableRange> executable_ranges(const AddressSpaceKey& space) const;
  [[nodiscard]] const MappedFiles& files() const { return files_; }
  /// The root directory of a process noted while it lived; -1 when it is not (any more) open.
  [[nodiscard]] int root_descriptor(const AddressSpaceKey& space) const;
  /// Processes that had ended, or whose number had passed on, before they could be looked at.
  [[nodiscard]] std::uint64_t missed_processes() const { return missed_; }
  /// Address spaces dropped and mappings not kept because there were too many.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  using RangeList = std::map<std::uint64_t, ExecutableRange>;
  struct Mapping {
    KernelTime time;
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t file_offset = 0;
    FileId file;
    MappingKind kind = MappingKind::Anonymous;
  };
  /// One image that a process ran, from its execution (or the process's fork) to the next.
  struct AddressSpace {
    KernelTime begin = KernelTime::min();
    KernelTime end = KernelTime::max();
    bool missed = false;    ///< had ended before it could be looked at; counted once
    bool executed = false;  ///< else it began as a copy of the parent's
    /// When reading began: what was mapped later may be missing. And when it had ended.
    std::optional<KernelTime> read_at;
    KernelTime read_until{};
    std::vector<Mapping> mappings;  ///< as read from /proc, by address
    std::optional<RootId> root;
  };
  /// All that ever ran under one process number.
  struct PidHistory {
    std::vector<AddressSpaceKey> spaces;  ///< in the order of their beginning
    std::deque<Mapping> events;
    std::optional<Pid> parent;
    std::optional<KernelTime> ended;
  };

  [[nodiscard]] UniqueFd open_process(ProcessKey process) const;
  void read_mappings(const UniqueFd& directory, AddressSpace& space);
  [[nodiscard]] Mapping mapping_of(const MapsLine& line, std::string_view build_id,
                                   const UniqueFd& directory, std::optional<RootId> root);
  FileId file_of(const MapsLine& line, const MappedFileKey& key, const UniqueFd& directory,
                 std::optional<RootId> root);
  void count_missed(AddressSpace& space);
  AddressSpace& add_space(const AddressSpaceKey& key, KernelTime begin, bool executed);
  void begin_process(const ProcessEvent& event);
  void begin_image(const ProcessEvent& event);
  [[nodiscard]] const Mapping* find_mapping(const AddressSpaceKey& key,
                                            std::uint64_t address) const;
  [[nodiscard]] const Mapping* find_inherited(Pid pid, std::uint64_t address) const;
  [[nodiscard]] static const Mapping* find_read(const AddressSpace& space, std::uint64_t address);
  [[nodiscard]] static bool happened_in(const Mapping& event, const AddressSpace& space);
  void add_ranges(const AddressSpaceKey& key, int generations, RangeList& ranges) const;
  void add_inherited_ranges(Pid pid, int generations, RangeList& ranges) const;
  [[nodiscard]] static const Mapping* find_event(const PidHistory& history,
                                                 const AddressSpace& space, std::uint64_t address);

  ProcessMapsLimits limits_;
  std::string proc_;
  MappedFiles files_;
  ProcessRoots roots_;
  MountTypes mounts_;
  std::map<AddressSpaceKey, AddressSpace> spaces_;
  std::deque<AddressSpaceKey> oldest_spaces_;
  std::unordered_map<Pid, PidHistory> histories_;
  std::uint64_t missed_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace culprit
