// SPDX-License-Identifier: Apache-2.0
// Writes the golden reports as report files below a folder: NAME/report.json and so on. For the
// schema test, and for looking at them.
#include <cstdio>
#include <string>

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
  }
  return 0;
}
