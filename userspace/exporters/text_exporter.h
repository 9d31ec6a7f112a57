// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "exporters/exporter.h"

namespace culprit {

struct TextOptions {
  /// ANSI colours; for a terminal only.
  bool colours = false;
  /// Letters beyond ASCII stand as \u{NNNN}; for terminals that do not speak UTF-8.
  bool ascii = false;
  /// Where the files of `--out` lie, and their names; no FILES line when empty.
  std::string output_directory;
  std::vector<std::string> output_files;
};

/// The report for a person in front of a terminal: 80 columns, the verdict first, then what to do.
class TextExporter : public Exporter {
 public:
  explicit TextExporter(TextOptions options = {}) : options_(std::move(options)) {}

  [[nodiscard]] std::string write(const Report& report) const override;

 private:
  TextOptions options_;
};

/// One line for standard error while the investigation still runs: "after 3 s: backend-2 loops
/// without end (0.71), normalize_tags  /app/tags.py:11". Plain ASCII layout, at most 80 columns.
std::string interim_line(const Report& report);

}  // namespace culprit
