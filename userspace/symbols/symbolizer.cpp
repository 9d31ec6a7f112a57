// SPDX-License-Identifier: Apache-2.0
#include "symbols/symbolizer.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "symbols/frame_text.h"

namespace culprit {
namespace {

constexpr std::string_view kKernel = "[kernel]";
constexpr std::string_view kVdso = "[vdso]";
constexpr std::string_view kAnonymous = "[anon]";
constexpr std::string_view kUnmapped = "[unmapped]";

/// A return address belongs to the instruction after the call, which may be another function's.
InstructionAddress looked_up(const RawFrame& frame) {
  const std::uint64_t address = frame.address.value();
  return InstructionAddress(frame.exact || address == 0 ? address : address - 1);
}

/// Kinds whose frames carry the address of machine code.
bool is_machine_code(FrameKind kind) {
  return kind == FrameKind::Native || kind == FrameKind::Go || kind == FrameKind::Jit ||
         kind == FrameKind::Inlined;
}

std::optional<VdsoSymbols> own_vdso() {
  auto vdso = VdsoSymbols::of_this_process();
  return vdso ? std::optional(*std::move(vdso)) : std::nullopt;
}

struct WantedOffsets {
  std::unordered_set<std::uint64_t> offsets;
  std::uint64_t frames = 0;
  int root = -1;
};

}  // namespace

Symbolizer::Symbolizer(std::optional<KernelSymbols> kernel, SymbolWorker* worker,
                       const ProcessMaps& maps, SymbolDetail detail)
    : kernel_(std::move(kernel)),
      vdso_(own_vdso()),
      maps_(maps),
      file_names_(worker, maps.files(), detail) {}

std::vector<ResolvedStack> Symbolizer::resolve(std::span<const StackOfProcess> stacks,
                                               std::chrono::milliseconds budget) {
  unresolved_.clear();
  frames_.clear();
  name_files(stacks, std::chrono::steady_clock::now() + budget);
  std::vector<ResolvedStack> resolved;
  resolved.reserve(stacks.size());
  for (const StackOfProcess& stack : stacks) {
    resolved.push_back(resolve_one(stack));
  }
  return resolved;
}

void Symbolizer::name_files(std::span<const StackOfProcess> stacks, KernelTime deadline) {
  std::unordered_map<FileId, WantedOffsets> by_file;
  std::map<AddressSpaceKey, std::set<std::uint64_t>> made_at_run_time;
  for (const StackOfProcess& stack : stacks) {
    const AddressSpaceKey space{.process = stack.process, .id = stack.address_space};
    for (const RawFrame& frame : stack.stack->frames) {
      const auto place =
          is_machine_code(frame.kind) ? maps_.find(space, looked_up(frame)) : std::nullopt;
      if (place && place->kind == MappingKind::File &&
          file_names_.wants(place->file, place->offset)) {
        WantedOffsets& wanted = by_file[place->file];
        wanted.offsets.insert(place->offset);
        wanted.root = wanted.root < 0 ? maps_.root_descriptor(space) : wanted.root;
        ++wanted.frames;
      } else if (place && place->kind == MappingKind::Anonymous) {
        made_at_run_time[space].insert(looked_up(frame).value());
      }
    }
  }
  std::vector<WantedNames> wanted;
  for (const auto& [file, names] : by_file) {
    WantedNames& want = wanted.emplace_back();
    want.file = file;
    want.offsets.assign(names.offsets.begin(), names.offsets.end());
    want.frames = names.frames;
    want.root = names.root;
    // Neighbours in the file are read together.
    std::ranges::sort(want.offsets);
  }
  file_names_.ask(std::move(wanted), deadline);
  for (const auto& [space, addresses] : made_at_run_time) {
    if (prepare_jit_) {
      prepare_jit_(space, {addresses.begin(), addresses.end()}, deadline);
    }
  }
}

ResolvedStack Symbolizer::resolve_one(const StackOfProcess& stack) {
  const AddressSpaceKey space{.process = stack.process, .id = stack.address_space};
  const auto& raw = stack.stack->frames;
  ResolvedStack resolved;
  resolved.end = stack.stack->end;
  resolved.frames.reserve(raw.size());
  std::for_each(raw.rbegin(), raw.rend(),
                [&](const RawFrame& frame) { append_frame(frame, space, resolved.frames); });
  return resolved;
}

void Symbolizer::append_frame(const RawFrame& frame, const AddressSpaceKey& space,
                              std::vector<ResolvedFrame>& frames) {
  if (frame.kind == FrameKind::Kernel) {
    frames.push_back(kernel_frame(looked_up(frame)));
  } else if (is_machine_code(frame.kind)) {
    append_native(frame, space, frames);
  } else {
    append_of_runtime(frame, space, frames);
  }
}

ResolvedFrame Symbolizer::kernel_frame(InstructionAddress address) {
  const auto symbol = kernel_ ? kernel_->find(address) : std::nullopt;
  if (!symbol) {
    return nameless(kKernel, address.value(), FrameKind::Kernel);
  }
  return {.function = shown(symbol->function),
          .file = {},
          .line = 0,
          .module = shown(symbol->module),
          .kind = FrameKind::Kernel};
}

void Symbolizer::append_native(const RawFrame& frame, const AddressSpaceKey& space,
                               std::vector<ResolvedFrame>& frames) {
  const InstructionAddress address = looked_up(frame);
  const auto place = maps_.find(space, address);
  if (!place) {
    ++unresolved_[std::string(kUnmapped)];
    ++unknown_frames_;
    frames.push_back({.function = address_text(address.value()),
                      .file = {},
                      .line = 0,
                      .module = {},
                      .kind = frame.kind});
    return;
  }
  switch (place->kind) {
    case MappingKind::File:
      append_of_file(*place, frame.kind, frames);
      return;
    case MappingKind::Vdso:
      frames.push_back(vdso_frame(*place));
      return;
    case MappingKind::Anonymous:
      if (!append_names_of_runtime({.address = address, .kind = FrameKind::Jit, .exact = true},
                                   space, frames)) {
        frames.push_back(nameless(kAnonymous, place->offset, FrameKind::Jit));
      }
      return;
  }
}

void Symbolizer::append_of_file(const MappedAddress& place, FrameKind kind,
                                std::vector<ResolvedFrame>& frames) {
  ++frames_[place.file];
  const std::string& module = maps_.files().module(place.file);
  const auto names = file_names_.at(place.file, place.offset);
  if (names.empty()) {
    frames.push_back(nameless(module, place.offset, kind));
  }
  for (const AnsweredFrame& name : names) {
    frames.push_back({.function = name.function,
                      .file = name.file,
                      .line = name.line,
                      .module = module,
                      .kind = name.inlined ? FrameKind::Inlined : kind,
                      .inlined = name.inlined});
  }
}

ResolvedFrame Symbolizer::vdso_frame(const MappedAddress& place) {
  const auto name = vdso_ && !place.low ? vdso_->function_at(place.offset) : std::nullopt;
  if (!name) {
    return nameless(kVdso, place.offset, FrameKind::Native);
  }
  return {.function = shown(*name),
          .file = {},
          .line = 0,
          .module = std::string(kVdso),
          .kind = FrameKind::Native};
}

void Symbolizer::append_of_runtime(const RawFrame& frame, const AddressSpaceKey& space,
                                   std::vector<ResolvedFrame>& frames) {
  if (append_names_of_runtime(frame, space, frames)) {
    return;
  }
  const std::string text = unread_frame_text(frame.kind);
  ++unresolved_[text];
  ++unknown_frames_;
  frames.push_back({.function = text, .file = {}, .line = 0, .module = {}, .kind = frame.kind});
}

bool Symbolizer::append_names_of_runtime(const RawFrame& frame, const AddressSpaceKey& space,
                                         std::vector<ResolvedFrame>& frames) {
  auto named = runtime_namer_ ? runtime_namer_(frame, space) : std::vector<ResolvedFrame>();
  std::ranges::move(named, std::back_inserter(frames));
  return !named.empty();
}

ResolvedFrame Symbolizer::nameless(std::string_view module, std::uint64_t offset, FrameKind kind) {
  ++unresolved_[std::string(module)];
  ++unknown_frames_;
  return {.function = place_text(module, offset),
          .file = {},
          .line = 0,
          .module = std::string(module),
          .kind = kind};
}

std::vector<std::pair<std::string, std::uint64_t>> Symbolizer::unresolved_by_module() const {
  std::vector<std::pair<std::string, std::uint64_t>> modules(unresolved_.begin(),
                                                             unresolved_.end());
  std::ranges::stable_sort(modules, std::greater{}, [](const auto& entry) { return entry.second; });
  return modules;
}

std::vector<LossCount> Symbolizer::take_losses(KernelTime now) {
  const FileNames::Losses files = file_names_.take_losses();
  const std::uint64_t missed = maps_.missed_processes();
  const std::uint64_t dropped = maps_.dropped();
  std::vector<LossCount> losses;
  for (const auto& [cause, count] :
       {std::pair("symbol_worker_killed", files.worker_killed),
        {"symbol_files_unreadable", files.files_unreadable},
        {"symbols_not_in_time", files.not_in_time},
        {"symbols_unknown", std::exchange(unknown_frames_, 0)},
        {"process_maps_missed", missed - std::exchange(missed_processes_told_, missed)},
        {"process_maps_dropped", dropped - std::exchange(dropped_told_, dropped)}}) {
    if (count != 0) {
      losses.push_back({.until = now, .cause = cause, .cgroup = {}, .count = count});
    }
  }
  return losses;
}

}  // namespace culprit
