// SPDX-License-Identifier: Apache-2.0
#include "symbols/vdso.h"

#include <sys/auxv.h>

#include <cstddef>
#include <span>
#include <utility>

#include "base/text_file.h"
#include "symbols/maps_text.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxMappings = 65536;
constexpr std::size_t kMapsTextLimit = std::size_t{8} * 1024 * 1024;

}  // namespace

Result<ByteSource> vdso_image() {
  const std::uint64_t base = ::getauxval(AT_SYSINFO_EHDR);
  const auto text = read_text_file("/proc/self/maps", kMapsTextLimit);
  if (base == 0 || !text) {
    return Error("this process has no vdso");
  }
  for (const MapsLine& line : executable_mappings(*text, kMaxMappings)) {
    if (line.start == base) {
      // An address that the kernel tells is a number before it is a pointer.
      const auto* image =
          reinterpret_cast<const std::byte*>(base);  // NOLINT(performance-no-int-to-ptr)
      return ByteSource::of_memory(std::span(image, line.end - line.start));
    }
  }
  return Error("this process has no vdso");
}

Result<VdsoSymbols> VdsoSymbols::of_this_process() {
  auto image = vdso_image();
  if (!image) {
    return std::move(image).error();
  }
  auto symbols = ElfSymbols::read(*image);
  if (!symbols) {
    return std::move(symbols).error().within("read the vdso");
  }
  return VdsoSymbols(*std::move(symbols));
}

std::optional<std::string> VdsoSymbols::function_at(std::uint64_t offset_in_mapping) const {
  const auto address = symbols_.image().address_of(offset_in_mapping);
  auto symbol = address ? symbols_.find(*address) : std::nullopt;
  if (!symbol) {
    return std::nullopt;
  }
  return std::move(symbol->name);
}

}  // namespace culprit
