// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "doctor/doctor.h"

namespace culprit {
namespace {

std::string_view sign_of(Health health, bool ascii) {
  switch (health) {
    case Health::Works:
      return ascii ? "ok  " : "✓";
    case Health::Fallback:
      return ascii ? "less" : "~";
    case Health::Missing:
      return ascii ? "NO  " : "✗";
  }
  return "?";
}

}  // namespace

std::string write_checkup_text(const Checkup& checkup, bool ascii) {
  std::string text = fmt::format("culprit {} doctor  kernel {}\n", checkup.version, checkup.kernel);
  std::string_view section;
  for (const Check& check : checkup.checks) {
    if (section != check.section) {
      section = check.section;
      text += fmt::format("\n{}\n", section);
    }
    text += fmt::format("  {} {:<24} {}\n", sign_of(check.health, ascii), check.name, check.found);
    if (!check.lost.empty()) {
      text += fmt::format("{:>12} {}\n", "lost:", check.lost);
    }
    if (check.health != Health::Works && !check.mend.empty()) {
      text += fmt::format("{:>12} {}\n", "mend:", check.mend);
    }
  }
  text += checkup.can_investigate()
              ? "\nAn investigation works here: type culprit\n"
              : "\nAn investigation does not work here; see what is marked as "
                "missing above.\n";
  return text;
}

}  // namespace culprit
