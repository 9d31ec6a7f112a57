// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "runtimes/runtime.h"
#include "runtimes/runtime_worker.h"
#include "samples/lifecycle.h"
#include "samples/loss_report.h"

namespace culprit {

/// The language runtimes of the processes that are sampled: finds them, tells the kernel part about
/// them, and reads the names of their frames while the processes live. Bounded. Main thread only;
/// waits for the worker, a few milliseconds at a time.
class Runtimes {
 public:
  /// What it needs of others.
  struct Sides {
    std::function<Status(const AddressSpaceKey&, const char* map, std::span<const std::byte>)> put;
    std::function<void(const AddressSpaceKey&, const char* map)> drop;
  };
  struct Limits {
    std::size_t spaces = 1024;
    std::size_t stacks = 32768;   ///< with frames of a runtime
    std::size_t frames = 131072;  ///< with their names
    std::chrono::milliseconds settle_time{60};
  };

  /// `maps` outlives this. The worker was started with RuntimeWorker::readers(kinds).
  Runtimes(RuntimeWorker worker, const ProcessMaps& maps, Sides sides, Limits limits,
           const std::vector<RuntimeKind>& kinds = all_runtimes());
  ~Runtimes();
  Runtimes(const Runtimes&) = delete;
  Runtimes& operator=(const Runtimes&) = delete;

  // After `maps` has taken them in:
  void sampled(const AddressSpaceKey& space, StackHash stack, KernelTime now);
  /// An event (a connect, a write) of a process came with that stack.
  void met(Pid pid, StackHash stack);
  void accept(const ProcessEvent& event);
  void accept(const ExecutableMapping& event);
  void accept(const RawStack& stack);
  /// After a round of samples: looks at what is new, for Limits::settle_time at most.
  void settle();
  /// No more samples will come: names what is left, for `patience` at most.
  void finish(std::chrono::milliseconds patience);

  /// The names of a frame, outermost first; none: not known.
  [[nodiscard]] FrameNames names(const RawFrame& frame, const AddressSpaceKey& space) const;

  /// One sentence for each runtime that was met and cannot be read.
  [[nodiscard]] std::vector<std::string> limits() const;
  /// Since the last call: "runtime_frames_unread" (frames that never got a name),
  /// "runtime_stacks_full", "runtime_frames_full" (found no room).
  std::vector<LossCount> take_losses(KernelTime now);

 private:
  /// A process that was sampled, and what runs in it.
  struct Space {
    KernelTime last_use{};
    std::optional<KernelTime> look_due;  ///< at its mappings; not again before they change
    std::size_t looks = 0;               ///< in vain
    std::vector<ExecutableRange> ranges;
    std::vector<std::pair<std::size_t, FileId>> entered;  ///< runtimes, by index, and their files
    std::uint32_t kernel_bits = 0;
    std::unordered_set<StackHash> stacks;  ///< whose frames were wanted
    std::vector<RawFrame> wanted;          ///< to be named
  };
  struct FrameKey {
    AddressSpaceKey space;
    std::uint64_t address = 0;
    std::uint32_t extra = 0;
    std::uint16_t check = 0;
    FrameKind kind = FrameKind::Native;

    bool operator==(const FrameKey&) const = default;
  };
  struct FrameHash {
    std::size_t operator()(const FrameKey& key) const;
  };
  /// What is known of a file: for each runtime the facts, if it is one of its files.
  struct FileFacts {
    std::optional<std::size_t> runtime;
    std::vector<std::byte> facts;
  };

  Space& space_of(const AddressSpaceKey& key, KernelTime now);
  void make_room();
  void want_stack(const AddressSpaceKey& key, Space& space, StackHash hash);
  void end(const AddressSpaceKey& key);
  void look_at(const AddressSpaceKey& key, Space& space);
  /// Null: the worker had no time for it.
  const FileFacts* facts_of(FileId file, bool executable);
  void enter(const AddressSpaceKey& key, Space& space, std::size_t runtime, FileId file);
  RuntimeProcess process(const AddressSpaceKey& key, const Space& space, std::size_t runtime,
                         FileId file);
  void want(const AddressSpaceKey& key, Space& space, const std::vector<RawFrame>& frames);
  void name_wanted(const AddressSpaceKey& key, Space& space);
  static FrameKey key_of(const AddressSpaceKey& space, const RawFrame& frame);
  void work(KernelTime deadline);

  RuntimeWorker worker_;
  const ProcessMaps& maps_;
  Sides sides_;
  Limits limits_;
  const std::vector<RuntimeKind>& kinds_;
  std::vector<std::unique_ptr<Runtime>> runtimes_;
  std::map<AddressSpaceKey, Space> spaces_;
  std::unordered_map<Pid, AddressSpaceKey> space_of_pid_;
  std::unordered_map<FileId, FileFacts> files_;
  std::unordered_map<StackHash, std::vector<RawFrame>> stacks_;
  std::unordered_map<FrameKey, FrameNames, FrameHash> names_;
  std::map<std::string, std::uint64_t> unreadable_;  ///< processes, by the sentence about them
  std::uint64_t frames_unread_ = 0;
  std::uint64_t stacks_full_ = 0;
  std::uint64_t frames_full_ = 0;
};

}  // namespace culprit
