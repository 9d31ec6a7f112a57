// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_symbols.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "symbols/elf_image.h"

namespace culprit {
namespace {

constexpr std::uint64_t kMaxNamesBytes = std::uint64_t{192} << 20U;
constexpr std::uint64_t kMaxSymbols = std::uint64_t{4} << 20U;
constexpr std::size_t kWindowBytes = std::size_t{256} << 10U;
constexpr std::size_t kMaxNames = 16384;
constexpr std::size_t kLongestName = 160;

constexpr std::string_view kConstant = "v8dbg_";
constexpr std::string_view kBuiltin = "Builtins_";
constexpr std::string_view kMajor = "_ZN2v88internal7Version6major_E";
constexpr std::string_view kMinor = "_ZN2v88internal7Version6minor_E";
constexpr std::string_view kSizes = "_ZN2v88internal11interpreter9Bytecodes14kBytecodeSizesE";
/// Functions that return the address and the length of the built-ins' code; `Code` since V8 9.
constexpr std::array<std::string_view, 2> kCodeFunctions = {
    "_ZN2v88internal23DefaultEmbeddedBlobCodeEv", "_ZN2v88internal19DefaultEmbeddedBlobEv"};
constexpr std::array<std::string_view, 2> kSizeFunctions = {
    "_ZN2v88internal27DefaultEmbeddedBlobCodeSizeEv", "_ZN2v88internal23DefaultEmbeddedBlobSizeEv"};

bool is_wanted(std::string_view name) {
  const auto is_name = [&](std::string_view other) { return name == other; };
  return name.starts_with(kConstant) || name.starts_with(kBuiltin) || name == kMajor ||
         name == kMinor || name == kSizes || std::ranges::any_of(kCodeFunctions, is_name) ||
         std::ranges::any_of(kSizeFunctions, is_name);
}

class SymbolReader {
 public:
  SymbolReader(const ByteSource& file, const ElfImage& image) : file_(file), image_(image) {}

  Result<V8Symbols> read() {
    read_tables(SHT_DYNSYM);
    if (!has_v8_) {
      return Error("there is no V8 in it");
    }
    builtins_from_functions();
    // Long, and not needed where all is exported.
    if (symbols_.builtins_end == 0 || symbols_.bytecode_sizes.count == 0) {
      read_tables(SHT_SYMTAB);
      builtins_from_functions();
    }
    return std::move(symbols_);
  }

 private:
  using Names = std::unordered_map<std::uint32_t, std::string>;

  void read_tables(std::uint32_t type) {
    for (const ElfSection& section : image_.sections()) {
      if (section.type == type) {
        read_table(section);
      }
    }
  }

  /// The names that are wanted, by their place in the table: it is too long to be kept.
  Names names_in(const ElfSection& table) {
    Names names;
    if (table.size > kMaxNamesBytes) {
      return names;
    }
    std::vector<char> window(kWindowBytes);
    for (std::uint64_t begin = 0; begin < table.size && names.size() < kMaxNames;) {
      const std::uint64_t count = std::min<std::uint64_t>(window.size(), table.size - begin);
      if (!file_.read(table.file_offset + begin,
                      std::as_writable_bytes(std::span(window).first(count)))) {
        break;
      }
      const std::string_view text(window.data(), count);
      std::size_t place = 0;
      while (place < text.size()) {
        const std::size_t end = text.find('\0', place);
        if (end == std::string_view::npos) {
          break;
        }
        const std::string_view name = text.substr(place, end - place);
        if (name.size() <= kLongestName && is_wanted(name)) {
          names.emplace(static_cast<std::uint32_t>(begin + place), name);
        }
        place = end + 1;
      }
      begin += place == 0 ? count : place;  // a name longer than the window is nobody's
    }
    return names;
  }

  void read_table(const ElfSection& section) {
    if (section.link >= image_.sections().size() ||
        section.size / sizeof(Elf64_Sym) > kMaxSymbols) {
      return;
    }
    const Names names = names_in(image_.sections()[section.link]);
    if (names.empty()) {
      return;
    }
    std::vector<Elf64_Sym> window(kWindowBytes / sizeof(Elf64_Sym));
    const std::uint64_t count = section.size / sizeof(Elf64_Sym);
    for (std::uint64_t first = 0; first < count; first += window.size()) {
      const auto part =
          std::span(window).first(std::min<std::uint64_t>(window.size(), count - first));
      if (!file_.read(section.file_offset + first * sizeof(Elf64_Sym),
                      std::as_writable_bytes(part))) {
        return;
      }
      for (const Elf64_Sym& symbol : part) {
        const auto name = names.find(symbol.st_name);
        if (name != names.end() && symbol.st_shndx != SHN_UNDEF) {
          take(name->second, symbol);
        }
      }
    }
  }

  void take(std::string_view name, const Elf64_Sym& symbol) {
    if (name.starts_with(kConstant)) {
      has_v8_ = true;
      if (const auto value = number_at(symbol.st_value)) {
        symbols_.constants.values[std::string(name.substr(kConstant.size()))] = *value;
      }
    } else if (name.starts_with(kBuiltin)) {
      take_builtin(symbol);
    } else if (name == kMajor) {
      symbols_.constants.major = number_at(symbol.st_value).value_or(0);
    } else if (name == kMinor) {
      symbols_.constants.minor = number_at(symbol.st_value).value_or(0);
    } else if (name == kSizes) {
      take_sizes(symbol);
    } else if (std::ranges::find(kCodeFunctions, name) != kCodeFunctions.end()) {
      code_function_ = symbol.st_value;
    } else {
      size_function_ = symbol.st_value;
    }
  }

  void take_builtin(const Elf64_Sym& symbol) {
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || !image_.code_end(symbol.st_value)) {
      return;
    }
    const std::uint64_t end = symbol.st_value + std::min<std::uint64_t>(symbol.st_size, 1U << 20U);
    symbols_.builtins_start = symbols_.builtins_end == 0
                                  ? symbol.st_value
                                  : std::min(symbols_.builtins_start, symbol.st_value);
    symbols_.builtins_end = std::max(symbols_.builtins_end, end);
  }

  /// One row of bytes for each width of operands (since V8 9).
  void take_sizes(const Elf64_Sym& symbol) {
    const std::uint64_t count = symbol.st_size / 3;
    if (count == 0 || count > 256 || symbol.st_size % 3 != 0) {
      return;
    }
    V8BytecodeSizes sizes{.count = static_cast<std::uint32_t>(count), .bytes = {}};
    for (std::size_t width = 0; width < 3; ++width) {
      if (!read_at(symbol.st_value + width * count,
                   std::as_writable_bytes(std::span(sizes.bytes.at(width)).first(count)))) {
        return;
      }
    }
    symbols_.bytecode_sizes = sizes;
  }

  /// `push %rbp; mov %rsp, %rbp`, then `mov`, `lea` or an immediate, then the end.
  [[nodiscard]] std::optional<std::uint64_t> returned_by(std::uint64_t function) const {
    std::array<std::uint8_t, 24> code{};
    if (function == 0 || !read_at(function, std::as_writable_bytes(std::span(code)))) {
      return std::nullopt;
    }
    std::size_t place = 0;
    const auto skip = [&](std::initializer_list<std::uint8_t> bytes) {
      if (std::equal(bytes.begin(), bytes.end(),
                     code.begin() + static_cast<std::ptrdiff_t>(place))) {
        place += bytes.size();
        return true;
      }
      return false;
    };
    skip({0xF3, 0x0F, 0x1E, 0xFA});
    if (skip({0x55})) {
      skip({0x48, 0x89, 0xE5});
    }
    const bool wide = skip({0x48});
    const std::uint8_t operation = code.at(place);
    const std::uint8_t operand = code.at(place + 1);
    std::int32_t number = 0;
    if (operation == 0xB8 && !wide) {
      std::memcpy(&number, code.data() + place + 1, sizeof(number));
      return static_cast<std::uint32_t>(number);
    }
    std::memcpy(&number, code.data() + place + 2, sizeof(number));
    if (operation == 0xC7 && operand == 0xC0) {
      return static_cast<std::uint64_t>(std::int64_t{number});
    }
    if (operand != 0x05) {
      return std::nullopt;
    }
    const std::uint64_t target =
        function + place + 6 + static_cast<std::uint64_t>(std::int64_t{number});
    if (operation == 0x8D) {
      return target;
    }
    std::uint64_t value = 0;
    const auto bytes = std::as_writable_bytes(std::span(&value, 1)).first(wide ? 8 : 4);
    if (operation == 0x8B && read_at(target, bytes)) {
      return value;
    }
    return std::nullopt;
  }

  void builtins_from_functions() {
    const auto start = returned_by(code_function_);
    const auto size = returned_by(size_function_);
    if (start && size && *size < (1U << 26U) && image_.code_end(*start)) {
      symbols_.builtins_start = *start;
      symbols_.builtins_end = *start + *size;
    }
  }

  [[nodiscard]] std::optional<std::int32_t> number_at(std::uint64_t address) const {
    std::int32_t value = 0;
    return read_at(address, std::as_writable_bytes(std::span(&value, 1))) ? std::optional(value)
                                                                          : std::nullopt;
  }

  /// Memory as it is when the file has just been mapped: zeros where it has no bytes.
  [[nodiscard]] bool read_at(std::uint64_t address, std::span<std::byte> target) const {
    for (const ElfSegment& segment : image_.segments()) {
      if (segment.type != PT_LOAD || address < segment.address ||
          address - segment.address >= segment.memory_size) {
        continue;
      }
      const std::uint64_t offset = address - segment.address;
      if (offset >= segment.file_size) {
        std::ranges::fill(target, std::byte{0});
        return true;
      }
      return target.size() <= segment.file_size - offset &&
             file_.read(segment.file_offset + offset, target);
    }
    return false;
  }

  const ByteSource& file_;
  const ElfImage& image_;
  V8Symbols symbols_;
  bool has_v8_ = false;
  std::uint64_t code_function_ = 0;
  std::uint64_t size_function_ = 0;
};

}  // namespace

Result<V8Symbols> read_v8_symbols(const ByteSource& file) {
  const auto image = ElfImage::read(file);
  if (!image) {
    return image.error();
  }
  if (!image->is_64_bit() || image->machine() != EM_X86_64) {
    return Error("not a file for this processor");
  }
  return SymbolReader(file, *image).read();
}

}  // namespace culprit
