// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/kernel_time.h"
#include "base/unique_fd.h"
#include "symbols/mapped_files.h"
#include "symbols/symbol_worker.h"

namespace culprit {

/// Offsets of one file that want names, and how many frames want them.
struct WantedNames {
  FileId file;
  std::vector<std::uint64_t> offsets;  ///< each once
  std::uint64_t frames = 0;
  int root = -1;  ///< root directory of a process that maps the file, for its debug file
};

/// The names of places in files, asked of the worker in batches and remembered. Looks for the debug
/// files that the worker misses, for it cannot open any. Main thread only.
class FileNames {
 public:
  /// Without a worker there are no names. Both outlive this.
  FileNames(SymbolWorker* worker, const MappedFiles& files, SymbolDetail detail);

  /// Whether asking for the name of that place would be the first time.
  [[nodiscard]] bool wants(FileId file, std::uint64_t offset) const;
  /// Asks for names, the file with most frames first, until all is asked or `deadline` comes.
  void ask(std::vector<WantedNames> wanted, KernelTime deadline);
  /// The functions at the place, outermost first, displayable; empty: no name.
  [[nodiscard]] std::span<const AnsweredFrame> at(FileId file, std::uint64_t offset) const;

  /// Of the files that were read, in hexadecimal, by module; of names that stand for one build
  /// only.
  [[nodiscard]] std::map<std::string, std::string> build_ids() const;

  struct Losses {
    std::uint64_t worker_killed = 0;     ///< files
    std::uint64_t files_unreadable = 0;  ///< files
    std::uint64_t not_in_time = 0;       ///< frames
  };
  /// Since this was asked last.
  Losses take_losses();
  /// Why files have no names, a displayable sentence each, those with most frames first; files with
  /// hardly a frame are left out.
  [[nodiscard]] std::vector<std::string> limits(
      const std::unordered_map<FileId, std::uint64_t>& frames) const;

 private:
  struct DebugFileOffer {
    bool late = false;  ///< not all could be tried in time: ask again later
    std::optional<SymbolAnswer> answer;
  };
  struct Place {
    FileId file;
    std::uint64_t offset = 0;

    bool operator==(const Place&) const = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const noexcept;
  };

  /// How many of the offsets need not be asked for any more; nothing when there is no time, or no
  /// worker, left.
  std::optional<std::size_t> ask_batch(const WantedNames& want,
                                       std::span<const std::uint64_t> offsets, KernelTime deadline);
  [[nodiscard]] SymbolQuery query_for(FileId file, std::span<const std::uint64_t> offsets) const;
  /// Lets the worker try the debug files there are; its answer when one is the file's.
  DebugFileOffer offer_debug_files(const WantedNames& want, std::span<const std::uint64_t> offsets,
                                   const SymbolAnswer& first, KernelTime deadline);
  std::size_t remember(FileId file, std::span<const std::uint64_t> offsets, SymbolAnswer answer);
  void blame(FileId file, const std::string& why);
  void give_up(FileId file, const std::string& why);

  SymbolWorker* worker_;  ///< not owned; may be null
  const MappedFiles& files_;
  SymbolDetail detail_;
  UniqueFd host_root_;
  std::unordered_map<Place, std::vector<AnsweredFrame>, PlaceHash> names_;
  std::size_t name_bytes_ = 0;               ///< in `names_`, roughly
  std::map<FileId, std::string> build_ids_;  ///< raw bytes, as the files themselves have them
  std::map<FileId, std::string> given_up_;
  std::map<FileId, std::string> functions_only_;  ///< whose lines ended a worker
  std::set<FileId> without_debug_file_;
  std::string no_worker_;
  Losses losses_;
};

}  // namespace culprit
