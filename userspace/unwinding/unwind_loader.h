// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/kernel_time.h"
#include "samples/lifecycle.h"
#include "symbols/executable_range.h"
#include "symbols/process_maps.h"
#include "unwinding/copied_stack.h"
#include "unwinding/file_tables.h"
#include "unwinding/mapping_pool.h"

namespace culprit {

/// Tells the kernel part what is mapped in the address spaces that are sampled, and has tables made
/// for their files. Bounded: what has not been sampled for longest is forgotten first. Main thread
/// only; nothing in here waits.
class UnwindLoader {
 public:
  /// What it needs of others.
  struct Sides {
    std::span<culprit_unwind_mappings> pool;
    std::span<const culprit_unwind_rule> rules;
    std::function<Status(const AddressSpaceKey&, const culprit_unwind_space&)> put_space;
    std::function<void(const AddressSpaceKey&)> drop_space;
    std::function<std::vector<ExecutableRange>(const AddressSpaceKey&)> ranges_of;
    FileTables::Sides files;
  };
  struct Limits {
    std::size_t spaces = CULPRIT_UNWIND_MAX_ADDRESS_SPACES / 2;
    std::uint64_t table_bytes = std::uint64_t{24} << 20U;
  };
  struct Losses {
    std::uint64_t spaces_evicted = 0;  ///< described once more when they are sampled again
    std::uint64_t mappings_cut = 0;    ///< mappings of address spaces with more than fit
    std::uint64_t mappings_full = 0;   ///< address spaces for which there was no room
    std::uint64_t tables_evicted = 0;
  };

  explicit UnwindLoader(Sides sides, Limits limits);

  /// A thread of that address space was sampled. Its mappings are known to `ranges_of`.
  void sampled(const AddressSpaceKey& key, KernelTime now);
  /// After ProcessMaps has taken it in.
  void accept(const ProcessEvent& event);
  void accept(const ExecutableMapping& event);
  void accept(const MadeTable& table);
  /// After a round of samples: what they changed is told to the kernel part.
  void settle(KernelTime now);

  [[nodiscard]] CodeFacts code_at(const AddressSpaceKey& key, std::uint64_t address) const;
  /// What the files' tables take in the kernel.
  [[nodiscard]] std::uint64_t table_bytes() const { return files_.bytes(); }
  Losses take_losses();

 private:
  using Ranges = std::vector<ExecutableRange>;
  /// The mappings of address spaces that are copies of each other.
  struct Layout {
    BlockRun run;
    std::shared_ptr<const Ranges> ranges;  ///< shared with what has ended
  };
  /// Copies of its stacks may still have to be unwound.
  struct Ended {
    AddressSpaceKey key;
    std::shared_ptr<const Ranges> ranges;  ///< may be null
    bool sampled = false;
    bool settled = false;  ///< what it mapped last is known: that may be told of after its end
  };
  struct Space {
    /// Shared: forks have the same until one of them maps something.
    std::shared_ptr<Layout> layout;
    KernelTime last_use{};
    std::list<AddressSpaceKey>::iterator place{};  ///< in the order of use
    bool sampled = false;
    bool asked_for = false;  ///< the tables of its files
  };

  /// What a process runs in, and since when at the latest.
  struct Current {
    AddressSpaceKey key;
    KernelTime since{};
  };

  Space& add(const AddressSpaceKey& key);
  void describe(const AddressSpaceKey& key, Space& space, KernelTime now);
  void publish(const AddressSpaceKey& key, const Layout& layout);
  void move_to(const AddressSpaceKey& key);
  [[nodiscard]] bool was_left_before(const AddressSpaceKey& key) const;
  void leave(Pid pid);
  void forget(const AddressSpaceKey& key);
  void end(const AddressSpaceKey& key);
  [[nodiscard]] const Ranges* ranges_of(const AddressSpaceKey& key) const;
  Ended* ended(const AddressSpaceKey& key);
  void remember(Ended over);
  void settle_ended();
  void give_back(std::shared_ptr<Layout>& layout);
  std::optional<BlockRun> room_for(std::uint32_t blocks, const AddressSpaceKey& except,
                                   KernelTime now);
  bool evict_oldest(const AddressSpaceKey& except);
  void ask_for_tables(Space& space);
  void ask_for_tables(const Ranges& ranges, bool sampled);
  void evict_tables();
  [[nodiscard]] std::vector<FileId> files_by_use() const;
  void write_places_of(FileId file);
  [[nodiscard]] culprit_unwind_mapping& mapping(const Layout& layout, std::size_t index);

  Sides sides_;
  Limits limits_;
  MappingPool pool_;
  FileTables files_;
  std::map<AddressSpaceKey, Space> spaces_;
  std::list<AddressSpaceKey> by_use_;  ///< used longest ago first
  std::unordered_map<Pid, Current> space_of_;
  std::set<AddressSpaceKey> changed_;
  std::deque<Ended> ended_;
  KernelTime now_{};
  Losses losses_;
};

}  // namespace culprit
