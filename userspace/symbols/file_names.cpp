// SPDX-License-Identifier: Apache-2.0
#include "symbols/file_names.h"

#include <fcntl.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "symbols/debug_files.h"
#include "symbols/frame_text.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxNames = 65536;
constexpr std::size_t kMaxNameBytes = std::size_t{16} * 1024 * 1024;
/// What a hash table's node takes besides its value.
constexpr std::size_t kNodeBytes = 32;
constexpr std::size_t kMaxGivenUp = 4096;
constexpr std::size_t kMaxLimits = 16;
/// Of all frames; a file with fewer hides nothing.
constexpr double kShareWorthSaying = 0.01;
constexpr std::size_t kMaxWhyBytes = 160;

bool built_the_same(const std::string& left, const std::string& right) {
  return left.empty() || right.empty() || left == right;
}

}  // namespace

std::size_t FileNames::PlaceHash::operator()(const Place& place) const noexcept {
  constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15ULL;
  return std::hash<std::uint64_t>{}(place.offset ^ (place.file.value() * kSpread));
}

FileNames::FileNames(SymbolWorker* worker, const MappedFiles& files, SymbolDetail detail)
    : worker_(worker),
      files_(files),
      detail_(detail),
      host_root_(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  if (worker_ == nullptr) {
    no_worker_ = "no process to read symbols in could be started";
  }
}

bool FileNames::wants(FileId file, std::uint64_t offset) const {
  return !given_up_.contains(file) && !names_.contains({.file = file, .offset = offset});
}

std::span<const AnsweredFrame> FileNames::at(FileId file, std::uint64_t offset) const {
  const auto known = names_.find({.file = file, .offset = offset});
  return known == names_.end() ? std::span<const AnsweredFrame>() : std::span(known->second);
}

void FileNames::ask(std::vector<WantedNames> wanted, KernelTime deadline) {
  if (worker_ == nullptr) {
    return;
  }
  if (names_.size() > kMaxNames || name_bytes_ > kMaxNameBytes) {
    names_.clear();
    name_bytes_ = 0;
  }
  std::ranges::sort(wanted, std::greater{}, &WantedNames::frames);
  for (const WantedNames& want : wanted) {
    auto left = std::span<const std::uint64_t>(want.offsets);
    while (!left.empty() && !given_up_.contains(want.file)) {
      const auto batch = left.first(std::min(left.size(), kMaxOffsetsPerQuery));
      const auto done = ask_batch(want, batch, deadline);
      if (!done) {
        losses_.not_in_time += left.size();
        break;
      }
      left = left.subspan(*done);
    }
  }
}

SymbolQuery FileNames::query_for(FileId file, std::span<const std::uint64_t> offsets) const {
  return {.id = 0,
          .file = file.value(),
          .detail = functions_only_.contains(file) ? SymbolDetail::Functions : detail_,
          .passed = PassedFile::Binary,
          .file_offsets = {offsets.begin(), offsets.end()}};
}

std::optional<std::size_t> FileNames::ask_batch(const WantedNames& want,
                                                std::span<const std::uint64_t> offsets,
                                                KernelTime deadline) {
  while (std::chrono::steady_clock::now() < deadline) {
    AskResult result =
        worker_->ask(query_for(want.file, offsets), files_.descriptor(want.file), deadline);
    switch (result.outcome) {
      case AskOutcome::Answered:
        no_worker_.clear();
        if (result.answer.wants_debug_file) {
          DebugFileOffer offer = offer_debug_files(want, offsets, result.answer, deadline);
          if (offer.late) {
            // Remembered without its debug file it would never be asked about again.
            return std::nullopt;
          }
          if (offer.answer) {
            result.answer = *std::move(offer.answer);
          }
        }
        return remember(want.file, offsets, std::move(result.answer));
      case AskOutcome::FileIsToBlame:
        blame(FileId(result.file), result.why);
        if (given_up_.contains(want.file)) {
          return offsets.size();
        }
        break;
      case AskOutcome::NotInTime:
        return std::nullopt;
      case AskOutcome::NoWorker:
        no_worker_ = result.why;
        return std::nullopt;
    }
  }
  return std::nullopt;
}

FileNames::DebugFileOffer FileNames::offer_debug_files(const WantedNames& want,
                                                       std::span<const std::uint64_t> offsets,
                                                       const SymbolAnswer& first,
                                                       KernelTime deadline) {
  if (without_debug_file_.contains(want.file)) {
    return {};
  }
  const DebugFileWish wish{.binary = files_.descriptor(want.file),
                           .path = files_.path(want.file),
                           .build_id = first.build_id,
                           .debug_link = first.debug_link};
  for (const UniqueFd& file : open_debug_files(wish, want.root, host_root_.get())) {
    SymbolQuery query = query_for(want.file, offsets);
    query.passed = PassedFile::DebugFile;
    AskResult result = worker_->ask(std::move(query), file.get(), deadline);
    if (result.outcome == AskOutcome::FileIsToBlame) {
      blame(FileId(result.file), result.why);
    }
    if (result.outcome != AskOutcome::Answered) {
      const bool is_answer =
          result.outcome == AskOutcome::FileIsToBlame && FileId(result.file) == want.file;
      return {.late = !is_answer, .answer = {}};
    }
    if (result.answer.error.empty()) {
      return {.late = false, .answer = std::move(result.answer)};
    }
  }
  without_debug_file_.insert(want.file);
  return {};
}

std::size_t FileNames::remember(FileId file, std::span<const std::uint64_t> offsets,
                                SymbolAnswer answer) {
  if (!answer.error.empty() || answer.frames.empty() || answer.frames.size() > offsets.size()) {
    ++losses_.files_unreadable;
    give_up(file, answer.error.empty() ? "an incomplete answer" : answer.error);
    return offsets.size();
  }
  if (!built_the_same(answer.build_id, files_.build_id(file))) {
    ++losses_.files_unreadable;
    give_up(file, "the file is not the one that was mapped");
    return offsets.size();
  }
  const std::string& mapped = files_.build_id(file);
  build_ids_.try_emplace(file, answer.build_id.empty() ? mapped : answer.build_id);
  for (std::size_t index = 0; index < answer.frames.size(); ++index) {
    auto& frames = answer.frames[index];
    name_bytes_ += sizeof(Place) + sizeof(std::vector<AnsweredFrame>) + kNodeBytes;
    for (AnsweredFrame& frame : frames) {
      frame.function = shown(frame.function);
      frame.file = shown(frame.file);
      name_bytes_ += sizeof frame + frame.function.size() + frame.file.size();
    }
    names_.insert_or_assign({.file = file, .offset = offsets[index]}, std::move(frames));
  }
  return answer.frames.size();
}

/// Debug information is large and intricate; without it the file's symbols may still be read.
void FileNames::blame(FileId file, const std::string& why) {
  ++losses_.worker_killed;
  if (detail_ == SymbolDetail::Functions || functions_only_.contains(file) ||
      functions_only_.size() >= kMaxGivenUp) {
    give_up(file, why);
    return;
  }
  functions_only_.emplace(file, shown(why, kMaxWhyBytes));
  without_debug_file_.insert(file);
}

void FileNames::give_up(FileId file, const std::string& why) {
  if (given_up_.size() < kMaxGivenUp) {
    given_up_.emplace(file, shown(why, kMaxWhyBytes));
  }
}

FileNames::Losses FileNames::take_losses() {
  return std::exchange(losses_, {});
}

std::vector<std::string> FileNames::limits(
    const std::unordered_map<FileId, std::uint64_t>& frames_of) const {
  std::vector<std::string> sentences;
  if (!no_worker_.empty()) {
    sentences.push_back("functions are not named: " + shown(no_worker_, kMaxWhyBytes));
  }
  std::uint64_t all_frames = 0;
  std::vector<std::pair<std::uint64_t, FileId>> files;
  for (const auto& [file, frames] : frames_of) {
    all_frames += frames;
    files.emplace_back(frames, file);
  }
  std::ranges::sort(files, std::greater{});
  for (const auto& [frames, file] : files) {
    if (sentences.size() >= kMaxLimits ||
        static_cast<double>(frames) < kShareWorthSaying * static_cast<double>(all_frames)) {
      break;
    }
    if (const auto nameless = given_up_.find(file); nameless != given_up_.end()) {
      sentences.push_back(files_.module(file) + ": functions are not named: " + nameless->second);
    } else if (const auto lineless = functions_only_.find(file);
               lineless != functions_only_.end()) {
      sentences.push_back(files_.module(file) + ": lines are not read: " + lineless->second);
    }
  }
  return sentences;
}

std::map<std::string, std::string> FileNames::build_ids() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::map<std::string, std::string> known;
  std::set<std::string> unclear;
  for (const auto& [file, build_id] : build_ids_) {
    std::string digits;
    for (const char byte : build_id) {
      const auto value = static_cast<unsigned char>(byte);
      digits += kDigits[value >> 4U];
      digits += kDigits[value & 15U];
    }
    const auto [entry, added] = known.try_emplace(files_.module(file), digits);
    if (digits.empty() || (!added && entry->second != digits)) {
      unclear.insert(entry->first);
    }
  }
  for (const std::string& module : unclear) {
    known.erase(module);
  }
  return known;
}

}  // namespace culprit
