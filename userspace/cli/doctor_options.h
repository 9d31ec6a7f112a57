// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"

namespace culprit {

/// What `culprit doctor` was asked for.
struct DoctorOptions {
  OutputFormat format = OutputFormat::Text;  ///< Text or Json
  std::string btf_file;
  bool explain_btf = false;
};

/// Reads the arguments after the word "doctor".
std::variant<DoctorOptions, EarlyExit> parse_doctor_line(const std::vector<std::string>& arguments);

}  // namespace culprit
