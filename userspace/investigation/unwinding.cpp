// SPDX-License-Identifier: Apache-2.0
#include "investigation/unwinding.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <thread>
#include <utility>

#include "kernel/staying_alive.h"
#include "kernel/unwind_maps.h"
#include "symbols/process_maps.h"
#include "symbols/vdso.h"
#include "unwinding/copied_stacks.h"
#include "unwinding/table_maker.h"
#include "unwinding/unwind_loader.h"

namespace culprit {
namespace {

std::uint64_t size_of(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

culprit_unwind_space_key kernel_key(const AddressSpaceKey& key) {
  return {.address_space = key.id.value(), .process_start_ns = key.process.start_boottime_ns};
}

constexpr std::uint32_t kUnwindReader = 0;
constexpr std::chrono::seconds kReadingTakes{10};

/// Waits for the process without rights; called on the thread that makes tables.
Result<UnwindFile> read_file(SymbolWorker& worker, FileId file, int descriptor) {
  const KernelTime deadline = std::chrono::steady_clock::now() + kReadingTakes;
  for (;;) {
    const ReadResult read = worker.read_file(
        {.id = 0, .file = file.value(), .reader = kUnwindReader}, descriptor, deadline);
    if (read.outcome == AskOutcome::FileIsToBlame && read.file != file.value()) {
      continue;  // an earlier file; this one has not been read yet
    }
    if (read.outcome != AskOutcome::Answered) {
      return Error(read.why);
    }
    if (!read.error.empty()) {
      return Error(read.error);
    }
    return decode_unwind_file_answer(read.content);
  }
}

}  // namespace

class Unwinding::Parts {
 public:
  Parts(UnwindMaps kernel, const ProcessMaps& maps, SymbolWorker worker)
      : kernel_(std::move(kernel)),
        maps_(maps),
        worker_(std::move(worker)),
        maker_(TableMaker::Sides{
            .read_file = [this](FileId file,
                                int descriptor) { return read_file(worker_, file, descriptor); },
            .put_table = [this](std::uint32_t number,
                                auto blocks) { return kernel_.put_table(number, blocks); },
            .drop_table = [this](std::uint32_t number) { kernel_.drop_table(number); },
            .rules = kernel_.rules(),
            .prepare_thread = [] { static_cast<void>(reserve_cpu(Tid(0), kParserReservation)); }}),
        loader_(loader_sides(), UnwindLoader::Limits()),
        copies_([this](const AddressSpaceKey& space, std::uint64_t address) {
          return loader_.code_at(space, address);
        }) {}

  TableMaker& maker() { return maker_; }
  UnwindLoader& loader() { return loader_; }
  CopiedStacks& copies() { return copies_; }

  void take_tables() {
    for (const MadeTable& table : maker_.take_made()) {
      loader_.accept(table);
    }
  }

 private:
  UnwindLoader::Sides loader_sides() {
    return {
        .pool = kernel_.mappings(),
        .rules = kernel_.rules(),
        .put_space =
            [this](const AddressSpaceKey& key, const culprit_unwind_space& space) {
              return kernel_.put_space(kernel_key(key), space);
            },
        .drop_space = [this](const AddressSpaceKey& key) { kernel_.drop_space(kernel_key(key)); },
        .ranges_of = [this](const AddressSpaceKey& key) { return maps_.executable_ranges(key); },
        .files = {.ask = [this](FileId file, bool sampled) { return ask(file, sampled); },
                  .hurry = [this](FileId file) { maker_.hurry(file); },
                  .drop = [this](std::uint32_t number) { maker_.drop(number); }}};
  }

  bool ask(FileId file, bool sampled) {
    if (file == kVdsoFile) {
      const auto image = vdso_image();
      auto vdso = image ? read_unwind_file(*image) : Result<UnwindFile>(image.error());
      if (vdso) {
        maker_.want({.file = file, .sampled = true, .known = std::move(*vdso)});
      }
      return vdso.has_value();
    }
    // The file may be closed to make room while its turn has not come.
    UniqueFd own(::fcntl(maps_.files().descriptor(file), F_DUPFD_CLOEXEC, 3));
    if (!own.valid()) {
      return false;
    }
    const std::uint64_t bytes = size_of(own.get());
    maker_.want({.file = file, .descriptor = std::move(own), .bytes = bytes, .sampled = sampled});
    return true;
  }

  UnwindMaps kernel_;
  const ProcessMaps& maps_;
  SymbolWorker worker_;
  TableMaker maker_;
  UnwindLoader loader_;
  CopiedStacks copies_;
};

SymbolWorkerSettings Unwinding::worker_settings() {
  SymbolWorkerSettings settings;
  settings.conditions.readers = {[](const ByteSource& file, std::span<const std::byte>) {
    return build_unwind_file_answer(file);
  }};
  return settings;
}

Result<std::unique_ptr<Unwinding>> Unwinding::start(const SharedMaps& shared_maps,
                                                    const ProcessMaps& maps, SymbolWorker worker) {
  auto kernel = UnwindMaps::open(shared_maps);
  if (!kernel) {
    return std::move(kernel).error().within("unwind tables");
  }
  return std::unique_ptr<Unwinding>(
      new Unwinding(std::make_unique<Parts>(std::move(*kernel), maps, std::move(worker))));
}

Unwinding::Unwinding(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Unwinding::~Unwinding() = default;

void Unwinding::look_at(const CpuSample& sample) {
  parts_->loader().sampled({.process = sample.task.process, .id = sample.task.address_space},
                           sample.time);
}

void Unwinding::look_at(const ProcessEvent& event) {
  parts_->loader().accept(event);
}

void Unwinding::look_at(const ExecutableMapping& mapping) {
  parts_->loader().accept(mapping);
}

bool Unwinding::take(RawStack& stack) {
  if (stack.end != StackEnd::Copied) {
    return false;
  }
  parts_->copies().accept(std::move(stack));
  return true;
}

void Unwinding::take(StackCopy copy) {
  parts_->loader().sampled({.process = copy.process, .id = copy.address_space}, copy.time);
  parts_->copies().accept(std::move(copy));
}

std::vector<RawStack> Unwinding::settle(KernelTime now) {
  parts_->take_tables();
  parts_->loader().settle(now);
  return parts_->copies().take_unwound(now);
}

std::vector<RawStack> Unwinding::finish(std::chrono::milliseconds patience) {
  const KernelTime deadline = std::chrono::steady_clock::now() + patience;
  std::vector<RawStack> stacks;
  for (;;) {
    const KernelTime now = std::chrono::steady_clock::now();
    for (RawStack& stack : settle(now)) {
      stacks.push_back(std::move(stack));
    }
    if (now >= deadline || !parts_->copies().waits()) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  for (RawStack& stack : parts_->copies().take_rest()) {
    stacks.push_back(std::move(stack));
  }
  return stacks;
}

std::uint64_t Unwinding::table_bytes() const {
  return parts_->loader().table_bytes();
}

std::vector<LossCount> Unwinding::take_losses(KernelTime now) {
  std::vector<LossCount> losses;
  const auto add = [&](const char* cause, std::uint64_t count) {
    if (count > 0) {
      losses.push_back({.until = now, .cause = cause, .cgroup = {}, .count = count});
    }
  };
  const TableLosses tables = parts_->maker().take_losses();
  add("unwind_table_failed", tables.failed);
  add("unwind_tables_full", tables.tables_full);
  add("unwind_rules_full", tables.rules_full);
  const UnwindLoader::Losses spaces = parts_->loader().take_losses();
  add("unwind_spaces_evicted", spaces.spaces_evicted);
  add("unwind_mappings_cut", spaces.mappings_cut);
  add("unwind_mappings_full", spaces.mappings_full);
  add("unwind_tables_evicted", spaces.tables_evicted);
  const CopiedStacks::Losses copies = parts_->copies().take_losses();
  add("stack_copies_full", copies.full);
  add("stack_copies_missing", copies.without_copy);
  return losses;
}

}  // namespace culprit
