// SPDX-License-Identifier: Apache-2.0
#include "exporters/flame_colour.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace culprit {
namespace {

/// Hue in degrees, saturation and lightness in per cent; the name's hash moves within the spans.
struct Band {
  std::string_view name;
  int hue, hue_span, saturation, lightness, lightness_span;
};

constexpr std::array<Band, 11> kBands = {{
    {"all", 42, 0, 18, 88, 0},
    {"container", 214, 14, 30, 76, 6},
    {"process", 214, 14, 24, 86, 4},
    {"kernel", 2, 14, 72, 70, 8},
    {"native", 24, 26, 90, 66, 8},
    {"inlined", 48, 10, 88, 77, 6},
    {"python", 203, 16, 72, 70, 8},
    {"javascript", 72, 18, 58, 66, 8},
    {"java", 128, 22, 46, 66, 8},
    {"go", 178, 14, 52, 64, 8},
    {"jit", 270, 26, 52, 77, 8},
}};

std::uint32_t hash_of(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char byte : name) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
  }
  // FNV's last letters stir the low bits only.
  return hash ^ (hash >> 15U);
}

int channel(double hue, double saturation, double lightness, double offset) {
  const double position = std::fmod(offset + hue / 30, 12);
  const double chroma = saturation * std::min(lightness, 1 - lightness);
  const double wave = std::max(-1.0, std::min({position - 3, 9 - position, 1.0}));
  return static_cast<int>(std::lround(255 * (lightness - chroma * wave)));
}

}  // namespace

std::string flame_colour(BoxKind kind, std::string_view name) {
  const Band& band = kBands.at(static_cast<std::size_t>(kind));
  const std::uint32_t hash = hash_of(name);
  const double hue = band.hue + band.hue_span * static_cast<double>(hash % 101) / 100;
  const double lightness =
      (band.lightness + band.lightness_span * static_cast<double>(hash / 101 % 101) / 100) / 100;
  const double saturation = band.saturation / 100.0;
  return fmt::format("#{:02x}{:02x}{:02x}", channel(hue, saturation, lightness, 0),
                     channel(hue, saturation, lightness, 8),
                     channel(hue, saturation, lightness, 4));
}

std::string_view box_kind_name(BoxKind kind) {
  return kBands.at(static_cast<std::size_t>(kind)).name;
}

}  // namespace culprit
