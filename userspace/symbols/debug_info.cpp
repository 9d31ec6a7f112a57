// SPDX-License-Identifier: Apache-2.0
#include "symbols/debug_info.h"

#include <dwarf.h>
#include <elf.h>
#include <libelf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "symbols/demangle.h"

namespace culprit {
namespace {

/// libdw unpacks whole sections as soon as it is given a file.
constexpr std::uint64_t kMaxUnpackedBytes = std::uint64_t{40} * 1024 * 1024;
constexpr std::size_t kMaxInlineDepth = 256;
constexpr std::size_t kMaxScopeSteps = 100'000;

/// What lines and inlined calls need. Not among them: places of variables, types of their own,
/// and .gnu_debugaltlink, for libdw would try to open the file that it names.
constexpr std::array kNeededSections = {
    std::string_view("info"),       std::string_view("abbrev"),   std::string_view("line"),
    std::string_view("str"),        std::string_view("line_str"), std::string_view("ranges"),
    std::string_view("addr"),       std::string_view("rnglists"), std::string_view("aranges"),
    std::string_view("str_offsets")};

bool is_needed(std::string_view section) {
  for (const std::string_view prefix :
       {std::string_view(".debug_"), std::string_view(".zdebug_")}) {
    if (section.starts_with(prefix)) {
      return std::ranges::find(kNeededSections, section.substr(prefix.size())) !=
             kNeededSections.end();
    }
  }
  return false;
}

/// Bytes that libdw will allocate for a section; 0 when it is used in place.
std::uint64_t unpacked_bytes(const ElfSection& section, std::string_view name, bool is_64_bit,
                             const ByteSource& source) {
  if ((section.flags & SHF_COMPRESSED) != 0) {
    Elf64_Chdr wide{};
    Elf32_Chdr narrow{};
    const bool read =
        is_64_bit ? source.read(section.file_offset, std::as_writable_bytes(std::span(&wide, 1)))
                  : source.read(section.file_offset, std::as_writable_bytes(std::span(&narrow, 1)));
    const std::uint64_t size = is_64_bit ? wide.ch_size : narrow.ch_size;
    return read ? size : UINT64_MAX;
  }
  if (!name.starts_with(".zdebug_")) {
    return 0;
  }
  // "ZLIB", then the size, its highest byte first.
  std::array<unsigned char, 12> head{};
  if (!source.read(section.file_offset, std::as_writable_bytes(std::span(head)))) {
    return UINT64_MAX;
  }
  std::uint64_t size = 0;
  for (const unsigned char byte : std::span(head).subspan(4)) {
    size = size << 8U | byte;
  }
  return size;
}

bool fits_unpacked(const ElfImage& image, const ByteSource& source) {
  std::uint64_t left = kMaxUnpackedBytes;
  for (const ElfSection& section : image.sections()) {
    const std::string name = image.name_of(section, source);
    const std::uint64_t bytes =
        is_needed(name) ? unpacked_bytes(section, name, image.is_64_bit(), source) : 0;
    if (bytes > left) {
      return false;
    }
    left -= bytes;
  }
  return true;
}

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(text, ::strnlen(text, 4096));
}

std::string function_name(Dwarf_Die& function, const DwarfUnits& units) {
  for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    Dwarf_Attribute attribute{};
    if (::dwarf_attr_integrate(&function, name, &attribute) != nullptr) {
      const std::string mangled = text_of(::dwarf_formstring(&attribute));
      if (!mangled.empty()) {
        return demangled(mangled);
      }
    }
  }
  std::string name = text_of(::dwarf_diename(&function));
  return name.empty() ? name : units.namespaces_of(function) + name;
}

std::uint64_t number_of(Dwarf_Die& entry, unsigned name) {
  Dwarf_Attribute attribute{};
  Dwarf_Word value = 0;
  const bool there = ::dwarf_attr(&entry, name, &attribute) != nullptr &&
                     ::dwarf_formudata(&attribute, &value) == 0;
  return there ? value : 0;
}

struct SourcePlace {
  std::string file;
  std::uint32_t line = 0;
};

SourcePlace line_at(Dwarf_Die& unit, std::uint64_t address) {
  Dwarf_Line* const row = ::dwarf_getsrc_die(&unit, address);
  int line = 0;
  if (row == nullptr || ::dwarf_lineno(row, &line) != 0 || line < 0) {
    return {};
  }
  return {.file = text_of(::dwarf_linesrc(row, nullptr, nullptr)),
          .line = static_cast<std::uint32_t>(line)};
}

SourcePlace call_of(Dwarf_Die& unit, Dwarf_Die& inlined) {
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  SourcePlace place;
  place.line = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(number_of(inlined, DW_AT_call_line), UINT32_MAX));
  const std::uint64_t file = number_of(inlined, DW_AT_call_file);
  if (::dwarf_getsrcfiles(&unit, &files, &count) == 0 && file < count) {
    place.file = text_of(::dwarf_filesrc(files, file, nullptr, nullptr));
  }
  return place;
}

bool has_scopes(int tag) {
  return tag == DW_TAG_lexical_block || tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

/// The calls inlined into `function` at the address, outermost first.
std::vector<Dwarf_Die> inlined_calls(Dwarf_Die function, std::uint64_t address) {
  std::vector<Dwarf_Die> calls;
  Dwarf_Die parent = function;
  Dwarf_Die entry{};
  std::size_t steps = 0;
  bool more = ::dwarf_child(&parent, &entry) == 0;
  while (more && ++steps < kMaxScopeSteps && calls.size() < kMaxInlineDepth) {
    const int tag = ::dwarf_tag(&entry);
    const bool inlined = tag == DW_TAG_inlined_subroutine;
    if ((inlined || has_scopes(tag)) && ::dwarf_haspc(&entry, address) > 0) {
      if (inlined) {
        calls.push_back(entry);
      }
      parent = entry;
      more = ::dwarf_child(&parent, &entry) == 0;
    } else {
      more = ::dwarf_siblingof(&entry, &entry) == 0;
    }
  }
  return calls;
}

void append(std::vector<AnsweredFrame>& frames, std::string function, SourcePlace place) {
  const bool inlined = !frames.empty();
  frames.push_back({.function = std::move(function),
                    .file = std::move(place.file),
                    .line = place.line,
                    .inlined = inlined});
}

}  // namespace

bool has_debug_info(const ElfImage& image, const ByteSource& source) {
  return std::ranges::any_of(image.sections(), [&](const ElfSection& section) {
    if (section.type == SHT_NOBITS || section.size == 0) {
      return false;
    }
    const std::string name = image.name_of(section, source);
    return name == ".debug_info" || name == ".zdebug_info";
  });
}

Result<DebugInfo> DebugInfo::open(int descriptor, const ElfImage& image) {
  const auto source = ByteSource::of_descriptor(descriptor);
  if (!has_debug_info(image, source)) {
    return Error("no debug information");
  }
  if (!fits_unpacked(image, source)) {
    return Error("the debug information is compressed and too large to be unpacked");
  }
  auto file = MappedElf::map(descriptor, image, is_needed);
  if (!file) {
    return std::move(file).error();
  }
  ::elf_version(EV_CURRENT);
  const auto bytes = file->bytes();
  std::unique_ptr<Elf, Closer> elf(
      ::elf_memory(reinterpret_cast<char*>(bytes.data()), bytes.size()));
  std::unique_ptr<Dwarf, Closer> dwarf(elf ? ::dwarf_begin_elf(elf.get(), DWARF_C_READ, nullptr)
                                           : nullptr);
  if (!dwarf) {
    return Error("the debug information is not understood");
  }
  return DebugInfo(*std::move(file), std::move(elf), std::move(dwarf));
}

DebugInfo::DebugInfo(MappedElf file, std::unique_ptr<Elf, Closer> elf,
                     std::unique_ptr<Dwarf, Closer> dwarf)
    : file_(std::move(file)),
      elf_(std::move(elf)),
      dwarf_(std::move(dwarf)),
      units_(std::make_unique<DwarfUnits>(dwarf_.get())) {}

std::vector<AnsweredFrame> DebugInfo::frames_at(std::uint64_t address, bool inlines) {
  std::vector<AnsweredFrame> frames;
  auto unit = units_->unit_at(address);
  if (!unit) {
    return frames;
  }
  SourcePlace innermost = line_at(*unit, address);
  auto function = inlines ? units_->function_at(*unit, address) : std::nullopt;
  if (!function) {
    append(frames, {}, std::move(innermost));
    return frames;
  }
  std::string name = function_name(*function, *units_);
  for (Dwarf_Die& call : inlined_calls(*function, address)) {
    append(frames, std::move(name), call_of(*unit, call));
    name = function_name(call, *units_);
  }
  append(frames, std::move(name), std::move(innermost));
  return frames;
}

}  // namespace culprit
