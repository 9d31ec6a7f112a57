// SPDX-License-Identifier: Apache-2.0
#include <elf.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "runtimes/python/bytes.h"
#include "runtimes/python/evaluation_loop.h"
#include "runtimes/python/python_facts.h"
#include "symbols/elf_image.h"

namespace culprit {
namespace {

using python::value_at;
using python::value_in;

constexpr std::uint64_t kMostTableBytes = 32U << 20U;

/// Exported by every CPython that has them; the last three tell versions before 3.11 apart.
enum Name : std::size_t {
  RuntimeState,
  Loop,
  CodeType,
  Version,
  Since310,
  Since39,
  Since38,
  Old,
  kNames
};
constexpr std::array<std::string_view, kNames> kNameTexts = {"_PyRuntime",
                                                             "_PyEval_EvalFrameDefault",
                                                             "PyCode_Type",
                                                             "Py_Version",
                                                             "PyIter_Send",
                                                             "PyFrame_GetCode",
                                                             "PyCode_NewWithPosOnlyArgs",
                                                             "PyEval_EvalFrameEx"};

using Symbols = std::array<Elf64_Sym, kNames>;

std::vector<std::byte> content(const ByteSource& file, const ElfSection& section) {
  std::vector<std::byte> bytes;
  if (section.size <= kMostTableBytes) {
    bytes.resize(section.size);
    if (!file.read(section.file_offset, bytes)) {
      bytes.clear();
    }
  }
  return bytes;
}

void keep(Symbols& found, const Elf64_Sym& symbol, std::string_view names) {
  if (symbol.st_shndx == SHN_UNDEF || symbol.st_name >= names.size()) {
    return;
  }
  std::string_view name = names.substr(symbol.st_name);
  name = name.substr(0, name.find('\0'));
  if (!name.starts_with("Py") && !name.starts_with("_Py")) {
    return;
  }
  const auto known = std::ranges::find(kNameTexts, name);
  if (known != kNameTexts.end()) {
    found.at(static_cast<std::size_t>(known - kNameTexts.begin())) = symbol;
  }
}

Symbols find_symbols(const ByteSource& file, const ElfImage& image) {
  Symbols found{};
  const auto table = image.section_named(".dynsym", file);
  if (!table || table->link >= image.sections().size()) {
    return found;
  }
  const std::vector<std::byte> entries = content(file, *table);
  const std::vector<std::byte> texts = content(file, image.sections()[table->link]);
  const std::string_view names(reinterpret_cast<const char*>(texts.data()),  // NOLINT
                               texts.size());
  for (std::size_t place = 0; place < entries.size(); place += sizeof(Elf64_Sym)) {
    if (const auto symbol = value_in<Elf64_Sym>(entries, place)) {
      keep(found, *symbol, names);
    }
  }
  return found;
}

/// PY_VERSION_HEX, which 3.11 and later export; before, what is exported tells.
std::uint32_t version_of(const ByteSource& file, const ElfImage& image, const Symbols& symbols) {
  if (symbols[Version].st_value != 0) {
    for (const ElfSegment& segment : image.segments()) {
      const std::uint64_t distance = symbols[Version].st_value - segment.address;
      if (segment.type == PT_LOAD && distance < segment.file_size) {
        const auto version = value_at<std::uint64_t>(file, segment.file_offset + distance);
        return version ? static_cast<std::uint32_t>(*version >> 16U) : 0;
      }
    }
    return 0;
  }
  constexpr std::uint32_t kThree = 0x300;
  if (symbols[Since310].st_value != 0) {
    return kThree + 10;
  }
  if (symbols[Since39].st_value != 0) {
    return kThree + 9;
  }
  return symbols[Since38].st_value != 0 ? kThree + 8 : 0;
}

}  // namespace

Result<std::vector<std::byte>> read_python_file(const ByteSource& file,
                                                std::span<const std::byte> /*question*/) {
  const auto image = ElfImage::read(file);
  if (!image) {
    return image.error();
  }
  if (!image->is_64_bit() || image->machine() != EM_X86_64) {
    return Error("not a program for this kind of processor");
  }
  const Symbols symbols = find_symbols(file, *image);
  if (symbols[Loop].st_value == 0 && symbols[Old].st_value == 0) {
    return Error("no Python in it");
  }
  PythonFacts facts;
  const std::uint32_t version = version_of(file, *image, symbols);
  facts.major = version >> 8U;
  facts.minor = version & 0xffU;
  facts.runtime = symbols[RuntimeState].st_value;
  facts.code_type = symbols[CodeType].st_value;
  const Elf64_Sym& loop = symbols[Loop];
  if (loop.st_value != 0 && loop.st_size != 0) {
    facts.loops = find_evaluation_loop(
        file, *image, {.start = loop.st_value, .end = loop.st_value + loop.st_size});
  }
  for (const ElfSegment& segment : image->segments()) {
    if (segment.type == PT_LOAD && loop.st_value - segment.address < segment.memory_size) {
      facts.segment_address = segment.address;
      facts.segment_offset = segment.file_offset;
    }
  }
  std::vector<std::byte> answer;
  python::append(answer, facts);
  return answer;
}

}  // namespace culprit
