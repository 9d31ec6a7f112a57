// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "doctor/doctor.h"

namespace culprit {
namespace {

const char* name_of(Health health) {
  switch (health) {
    case Health::Works:
      return "works";
    case Health::Fallback:
      return "fallback";
    case Health::Missing:
      return "missing";
  }
  return "unknown";
}

}  // namespace

std::string write_checkup_json(const Checkup& checkup) {
  nlohmann::ordered_json checks = nlohmann::ordered_json::array();
  for (const Check& check : checkup.checks) {
    checks.push_back({{"section", check.section},
                      {"name", check.name},
                      {"health", name_of(check.health)},
                      {"required", check.required},
                      {"found", check.found},
                      {"lost", check.lost},
                      {"mend", check.mend}});
  }
  const nlohmann::ordered_json document = {{"schema", "culprit.doctor/1"},
                                           {"version", checkup.version},
                                           {"kernel", checkup.kernel},
                                           {"can_investigate", checkup.can_investigate()},
                                           {"checks", checks}};
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace culprit
