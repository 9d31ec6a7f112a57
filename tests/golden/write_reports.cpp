// SPDX-License-Identifier: Apache-2.0
// Writes the golden reports as report files below a folder: NAME/report.json and so on, and once
// more in every format: NAME.FORMAT. For tests that read them with other people's programs.
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "exporters/exporter_registry.h"
#include "exporters/report_files.h"
#include "exporters/safe_folder.h"
#include "golden/golden_reports.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: culprit_golden_writer FOLDER\n");
    return 2;
  }
  const std::string above = arguments[1];
  for (const culprit::golden::GoldenReport& golden : culprit::golden::golden_reports()) {
    const auto written = culprit::write_report_files(golden.report, above + "/" + golden.name);
    if (!written) {
      std::fprintf(stderr, "%s\n", written.error().message().c_str());
      return 1;
    }
    for (const std::string_view format : culprit::exporter_formats()) {
      std::ofstream(above + "/" + golden.name + "." + std::string(format), std::ios::binary)
          << culprit::make_exporter(format)->write(golden.report);
    }
  }
  return 0;
}
