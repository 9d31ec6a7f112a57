// SPDX-License-Identifier: Apache-2.0
#include "symbols/file_symbols.h"

#include <elf.h>

#include <algorithm>
#include <utility>

#include "symbols/demangle.h"

namespace culprit {
namespace {

bool has_symbol_table(const ElfImage& image) {
  return std::ranges::find(image.sections(), std::uint32_t{SHT_SYMTAB}, &ElfSection::type) !=
         image.sections().end();
}

std::string name_in(const ElfSymbols& symbols, std::uint64_t address) {
  auto symbol = symbols.find(address);
  return symbol ? std::move(symbol->name) : std::string();
}

/// What cannot be told apart any more is left out in the middle, where it is missed least.
void keep_at_most(std::size_t count, std::vector<AnsweredFrame>& frames) {
  if (frames.size() > count) {
    const auto excess = static_cast<std::ptrdiff_t>(frames.size() - count);
    frames.erase(frames.begin() + 1, frames.begin() + 1 + excess);
  }
}

}  // namespace

FileSymbols::FileSymbols(UniqueFd file, ElfSymbols symbols)
    : file_(std::move(file)),
      symbols_(std::move(symbols)),
      plt_(symbols_.image(), ByteSource::of_descriptor(file_.get())) {
  const auto source = ByteSource::of_descriptor(file_.get());
  has_symtab_ = has_symbol_table(image());
  has_debug_info_ = has_debug_info(image(), source);
  debug_link_ = read_debug_link(image(), source);
  go_ = GoTable::find(image(), source);
}

Result<FileSymbols> FileSymbols::open(UniqueFd file) {
  const auto source = ByteSource::of_descriptor(file.get());
  auto symbols = ElfSymbols::read(source);
  if (!symbols) {
    return std::move(symbols).error();
  }
  FileSymbols known(std::move(file), *std::move(symbols));
  if (!known.has_symtab_) {
    // Broken ones are as good as none: the other tables still hold.
    auto packed = MiniDebugInfo::read(known.image(), source);
    known.packed_ = packed ? *std::move(packed) : std::nullopt;
  }
  return known;
}

Status FileSymbols::take_debug_file(UniqueFd file) {
  const auto source = ByteSource::of_descriptor(file.get());
  auto symbols = ElfSymbols::read(source);
  if (!symbols) {
    return std::move(symbols).error();
  }
  if (!belongs_to(symbols->image(), source, image(), debug_link_)) {
    return Error("the debug file is another file's");
  }
  debug_info_.reset();
  debug_info_unusable_ = false;
  debug_file_ = std::make_unique<DebugFile>(DebugFile{std::move(file), *std::move(symbols)});
  return Success{};
}

bool FileSymbols::wants_debug_file() const {
  const bool can_be_found = !image().build_id().empty() || debug_link_.has_value();
  return can_be_found && !debug_file_ && !go_ && !has_debug_info_;
}

std::size_t FileSymbols::memory_bytes() const {
  return symbols_.memory_bytes() + (packed_ ? packed_->memory_bytes() : 0) +
         (debug_file_ ? debug_file_->symbols.memory_bytes() : 0);
}

bool FileSymbols::drop_debug_info() {
  return std::exchange(debug_info_, nullptr) != nullptr;
}

void FileSymbols::forget_pages() const {
  if (debug_info_) {
    debug_info_->forget_pages();
  }
}

DebugInfo* FileSymbols::debug_info() {
  const bool elsewhere = !has_debug_info_ && debug_file_;
  if (!debug_info_ && !debug_info_unusable_ && (has_debug_info_ || elsewhere)) {
    auto opened = elsewhere
                      ? DebugInfo::open(debug_file_->descriptor.get(), debug_file_->symbols.image())
                      : DebugInfo::open(file_.get(), image());
    debug_info_unusable_ = !opened.has_value();
    debug_info_ = opened ? std::make_unique<DebugInfo>(*std::move(opened)) : nullptr;
  }
  return debug_info_.get();
}

/// A full table before parts of one: what is exported are a few functions of many, and it takes
/// more than its sizes to tell that an address belongs to another.
std::string FileSymbols::function_at(std::uint64_t address) const {
  std::string name = has_symtab_ ? name_in(symbols_, address) : std::string();
  if (name.empty() && debug_file_) {
    name = name_in(debug_file_->symbols, address);
  }
  if (name.empty() && packed_) {
    name = name_in(packed_->symbols(), address);
  }
  if (name.empty() && !has_symtab_) {
    name = name_in(symbols_, address);
  }
  if (!name.empty()) {
    return demangled(name);
  }
  const auto called = plt_.find(address);
  return called ? demangled(*called) + "@plt" : std::string();
}

std::vector<AnsweredFrame> FileSymbols::frames_at(std::uint64_t file_offset, SymbolDetail detail) {
  const auto address = image().address_of(file_offset);
  if (!address) {
    return {};
  }
  const bool inlines = detail == SymbolDetail::Inlines;
  std::vector<AnsweredFrame> frames;
  if (go_) {
    frames = go_->frames_at(*address, inlines);
  }
  if (frames.empty()) {
    std::string name = function_at(*address);
    DebugInfo* const lines = detail == SymbolDetail::Functions ? nullptr : debug_info();
    if (lines != nullptr) {
      frames = lines->frames_at(*address, inlines || name.empty());
    }
    if (frames.empty()) {
      frames.emplace_back();
    }
    if (!name.empty()) {
      frames.front().function = std::move(name);
    }
    if (!inlines && frames.size() > 1) {
      frames.front().file = frames.back().file;
      frames.front().line = frames.back().line;
      frames.resize(1);
    }
  }
  std::erase_if(frames, [](const AnsweredFrame& frame) { return frame.function.empty(); });
  keep_at_most(kMaxFramesPerOffset, frames);
  return frames;
}

}  // namespace culprit
