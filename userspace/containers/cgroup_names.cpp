// SPDX-License-Identifier: Apache-2.0
#include "containers/cgroup_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace culprit {
namespace {

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

bool is_lower_hex(char byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'f');
}

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return is_lower_hex(byte); });
}

/// 8-4-4-4-12 hexadecimal digits with `separator` between, or 32 in a row.
bool is_pod_uid(std::string_view text, char separator) {
  if (text.size() == 32) {
    return is_lower_hex(text);
  }
  if (text.size() != 36) {
    return false;
  }
  for (std::size_t index = 0; index < text.size(); ++index) {
    const bool between = index == 8 || index == 13 || index == 18 || index == 23;
    if (between ? text[index] != separator : !is_lower_hex(text[index])) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::string_view> without_suffix(std::string_view text, std::string_view suffix) {
  if (text.size() < suffix.size() || text.substr(text.size() - suffix.size()) != suffix) {
    return std::nullopt;
  }
  return text.substr(0, text.size() - suffix.size());
}

std::optional<std::string_view> without_prefix(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) {
    return std::nullopt;
  }
  return text.substr(prefix.size());
}

bool is_engine_id(std::string_view text) {
  return text.size() == 64 && is_lower_hex(text);
}

bool is_buildkit_id(std::string_view text) {
  return text.size() == 25 && std::all_of(text.begin(), text.end(), [](char byte) {
           return is_digit(byte) || (byte >= 'a' && byte <= 'z');
         });
}

bool is_fargate_id(std::string_view text) {
  if (text.size() < 34 || text.size() > 43 || text[32] != '-') {
    return false;
  }
  const std::string_view number = text.substr(33);
  return is_lower_hex(text.substr(0, 32)) && std::all_of(number.begin(), number.end(), is_digit);
}

std::optional<std::string> pod_uid_of(std::string_view component) {
  component = component.substr(0, component.find(':'));
  if (const auto slice = without_suffix(component, ".slice")) {
    const std::size_t pod = slice->rfind("-pod");
    if (pod == std::string_view::npos || slice->find("kubepods") == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view uid = slice->substr(pod + 4);
    if (!is_pod_uid(uid, '_')) {
      return std::nullopt;
    }
    std::string dashed(uid);
    std::replace(dashed.begin(), dashed.end(), '_', '-');
    return dashed;
  }
  const auto uid = without_prefix(component, "pod");
  return uid && is_pod_uid(*uid, '-') ? std::optional(std::string(*uid)) : std::nullopt;
}

bool is_unit(std::string_view component) {
  static constexpr std::array kSuffixes = {".service", ".scope", ".mount",
                                           ".socket",  ".swap",  ".automount"};
  return std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](std::string_view suffix) {
    return component.size() > suffix.size() && without_suffix(component, suffix).has_value();
  });
}

std::string unescape_unit(std::string_view name) {
  std::string plain;
  while (!name.empty()) {
    unsigned value = 0;
    const bool escaped =
        name.size() >= 4 && name.substr(0, 2) == "\\x" &&
        std::from_chars(name.data() + 2, name.data() + 4, value, 16).ptr == name.data() + 4;
    plain += escaped ? static_cast<char>(value) : name.front();
    name.remove_prefix(escaped ? 4 : 1);
  }
  return plain;
}

}  // namespace culprit
