// SPDX-License-Identifier: Apache-2.0
#include "symbols/file_names.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "symbols/frame_text.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxNames = 65536;
constexpr std::size_t kMaxGivenUp = 4096;
constexpr std::size_t kMaxLimits = 16;
constexpr std::size_t kMaxWhyBytes = 160;

bool built_the_same(const std::string& left, const std::string& right) {
  return left.empty() || right.empty() || left == right;
}

}  // namespace

std::size_t FileNames::PlaceHash::operator()(const Place& place) const noexcept {
  constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15ULL;
  return std::hash<std::uint64_t>{}(place.offset ^ (place.file.value() * kSpread));
}

FileNames::FileNames(SymbolWorker* worker, const MappedFiles& files)
    : worker_(worker), files_(files) {
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
  if (names_.size() > kMaxNames) {
    names_.clear();
  }
  std::ranges::sort(wanted, std::greater{}, &WantedNames::frames);
  for (const WantedNames& want : wanted) {
    auto left = std::span<const std::uint64_t>(want.offsets);
    while (!left.empty() && !given_up_.contains(want.file)) {
      const auto batch = left.first(std::min(left.size(), kMaxOffsetsPerQuery));
      if (!ask_batch(want.file, batch, deadline)) {
        losses_.not_in_time += left.size();
        break;
      }
      left = left.subspan(batch.size());
    }
  }
}

bool FileNames::ask_batch(FileId file, std::span<const std::uint64_t> offsets,
                          KernelTime deadline) {
  while (std::chrono::steady_clock::now() < deadline) {
    AskResult result = worker_->ask(
        {.id = 0, .file = file.value(), .file_offsets = {offsets.begin(), offsets.end()}},
        files_.descriptor(file), deadline);
    switch (result.outcome) {
      case AskOutcome::Answered:
        no_worker_.clear();
        remember(file, offsets, std::move(result.answer));
        return true;
      case AskOutcome::FileIsToBlame:
        ++losses_.worker_killed;
        give_up(FileId(result.file), result.why);
        if (result.file == file.value()) {
          return true;
        }
        break;
      case AskOutcome::NotInTime:
        return false;
      case AskOutcome::NoWorker:
        no_worker_ = result.why;
        return false;
    }
  }
  return false;
}

void FileNames::remember(FileId file, std::span<const std::uint64_t> offsets, SymbolAnswer answer) {
  if (!answer.error.empty() || answer.frames.size() != offsets.size()) {
    ++losses_.files_unreadable;
    give_up(file, answer.error.empty() ? "an incomplete answer" : answer.error);
    return;
  }
  if (!built_the_same(answer.build_id, files_.build_id(file))) {
    ++losses_.files_unreadable;
    give_up(file, "the file is not the one that was mapped");
    return;
  }
  for (std::size_t index = 0; index < offsets.size(); ++index) {
    auto& frames = answer.frames[index];
    for (AnsweredFrame& frame : frames) {
      frame.function = shown(frame.function);
      frame.file = shown(frame.file);
    }
    names_.insert_or_assign({.file = file, .offset = offsets[index]}, std::move(frames));
  }
}

void FileNames::give_up(FileId file, const std::string& why) {
  if (given_up_.size() < kMaxGivenUp) {
    given_up_.emplace(file, shown(why, kMaxWhyBytes));
  }
}

FileNames::Losses FileNames::take_losses() {
  return std::exchange(losses_, {});
}

std::vector<std::string> FileNames::limits() const {
  std::vector<std::string> sentences;
  if (!no_worker_.empty()) {
    sentences.push_back("functions are not named: " + shown(no_worker_, kMaxWhyBytes));
  }
  for (const auto& [file, why] : given_up_) {
    if (sentences.size() == kMaxLimits) {
      break;
    }
    sentences.push_back(files_.module(file) + ": functions are not named: " + why);
  }
  return sentences;
}

}  // namespace culprit
