// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/kernel_time.h"
#include "symbols/mapped_files.h"
#include "symbols/symbol_worker.h"

namespace culprit {

/// Offsets of one file that want names, and how many frames want them.
struct WantedNames {
  FileId file;
  std::vector<std::uint64_t> offsets;  ///< each once
  std::uint64_t frames = 0;
};

/// The names of places in files, asked of the worker in batches and remembered. Main thread only.
class FileNames {
 public:
  /// Without a worker there are no names. Both outlive this.
  FileNames(SymbolWorker* worker, const MappedFiles& files);

  /// Whether asking for the name of that place would be the first time.
  [[nodiscard]] bool wants(FileId file, std::uint64_t offset) const;
  /// Asks for names, the file with most frames first, until all is asked or `deadline` comes.
  void ask(std::vector<WantedNames> wanted, KernelTime deadline);
  /// The functions at the place, outermost first, displayable; empty: no name.
  [[nodiscard]] std::span<const AnsweredFrame> at(FileId file, std::uint64_t offset) const;

  struct Losses {
    std::uint64_t worker_killed = 0;     ///< files
    std::uint64_t files_unreadable = 0;  ///< files
    std::uint64_t not_in_time = 0;       ///< frames
  };
  /// Since this was asked last.
  Losses take_losses();
  /// Why files have no names, a displayable sentence each.
  [[nodiscard]] std::vector<std::string> limits() const;

 private:
  struct Place {
    FileId file;
    std::uint64_t offset = 0;

    bool operator==(const Place&) const = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const noexcept;
  };

  /// False when there is no time, or no worker, left.
  bool ask_batch(FileId file, std::span<const std::uint64_t> offsets, KernelTime deadline);
  void remember(FileId file, std::span<const std::uint64_t> offsets, SymbolAnswer answer);
  void give_up(FileId file, const std::string& why);

  SymbolWorker* worker_;  ///< not owned; may be null
  const MappedFiles& files_;
  std::unordered_map<Place, std::vector<AnsweredFrame>, PlaceHash> names_;
  std::map<FileId, std::string> given_up_;
  std::string no_worker_;
  Losses losses_;
};

}  // namespace culprit
