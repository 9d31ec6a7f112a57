// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/kernel_time.h"
#include "samples/loss_report.h"
#include "symbols/file_names.h"
#include "symbols/kernel_symbols.h"
#include "symbols/process_maps.h"
#include "symbols/resolved_frame.h"
#include "symbols/symbol_worker.h"
#include "symbols/vdso.h"

namespace culprit {

/// Names the frame of a runtime (Python, JavaScript, Java; kind Jit: an address, looked up as it
/// is, in code made at run time): outermost first, several when calls were inlined, none when it
/// does not know.
using RuntimeNamer =
    std::function<std::vector<ResolvedFrame>(const RawFrame&, const AddressSpaceKey&)>;

/// Told before names are asked for: addresses in code that a process made at run time.
using JitPreparer = std::function<void(const AddressSpaceKey&, std::vector<std::uint64_t> addresses,
                                       KernelTime deadline)>;

/// Gives names to the addresses of stacks. What cannot be named, or not in time, keeps its place as
/// "[module+0xoffset]" (the offset in the file) and is counted. Main thread only.
class Symbolizer {
 public:
  /// Without `kernel`, kernel frames are "[kernel+0xaddress]"; without `worker`, frames of files
  /// have no names. `worker`, which others may ask too, and `maps` outlive this.
  Symbolizer(std::optional<KernelSymbols> kernel, SymbolWorker* worker, const ProcessMaps& maps,
             SymbolDetail detail = SymbolDetail::Inlines);

  void set_runtime_namer(RuntimeNamer namer, JitPreparer prepare_jit = {}) {
    runtime_namer_ = std::move(namer);
    prepare_jit_ = std::move(prepare_jit);
  }
  /// The kernel's functions change with modules and BPF programs.
  void set_kernel_symbols(KernelSymbols kernel) { kernel_ = std::move(kernel); }

  /// One answer for each stack, in their order. Takes about `budget` at most: names that are not
  /// there by then stay offsets this time, and may be there the next time.
  std::vector<ResolvedStack> resolve(
      std::span<const StackOfProcess> stacks,
      std::chrono::milliseconds budget = std::chrono::milliseconds(1500));

  /// Frames without a name in the last resolve(), by module, most first.
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> unresolved_by_module() const;
  /// What was lost since this was asked last: "symbol_worker_killed" (files), "symbols_not_in_time"
  /// and "symbols_unknown" (frames), "symbol_files_unreadable" (files), "process_maps_missed"
  /// (processes), "process_maps_dropped" (mappings).
  std::vector<LossCount> take_losses(KernelTime now);
  /// In hexadecimal, by module; of the files that frames were named in.
  [[nodiscard]] std::map<std::string, std::string> build_ids() const {
    return file_names_.build_ids();
  }
  /// One sentence for each file or facility without names, for the report's limits.
  [[nodiscard]] std::vector<std::string> limits() const { return file_names_.limits(frames_); }

 private:
  void name_files(std::span<const StackOfProcess> stacks, KernelTime deadline);
  ResolvedStack resolve_one(const StackOfProcess& stack);
  void append_frame(const RawFrame& frame, const AddressSpaceKey& space,
                    std::vector<ResolvedFrame>& frames);
  [[nodiscard]] ResolvedFrame kernel_frame(InstructionAddress address);
  void append_native(const RawFrame& frame, const AddressSpaceKey& space,
                     std::vector<ResolvedFrame>& frames);
  void append_of_file(const MappedAddress& place, FrameKind kind,
                      std::vector<ResolvedFrame>& frames);
  [[nodiscard]] ResolvedFrame vdso_frame(const MappedAddress& place);
  void append_of_runtime(const RawFrame& frame, const AddressSpaceKey& space,
                         std::vector<ResolvedFrame>& frames);
  bool append_names_of_runtime(const RawFrame& frame, const AddressSpaceKey& space,
                               std::vector<ResolvedFrame>& frames);
  ResolvedFrame nameless(std::string_view module, std::uint64_t offset, FrameKind kind);

  std::optional<KernelSymbols> kernel_;
  std::optional<VdsoSymbols> vdso_;
  const ProcessMaps& maps_;
  FileNames file_names_;
  RuntimeNamer runtime_namer_;
  JitPreparer prepare_jit_;
  std::map<std::string, std::uint64_t> unresolved_;
  std::unordered_map<FileId, std::uint64_t> frames_;  ///< of each file, in the last resolve()
  std::uint64_t unknown_frames_ = 0;
  std::uint64_t missed_processes_told_ = 0;
  std::uint64_t dropped_told_ = 0;
};

}  // namespace culprit
