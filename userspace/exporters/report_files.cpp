// SPDX-License-Identifier: Apache-2.0
#include "exporters/report_files.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include "exporters/flame_graph_svg.h"
#include "exporters/folded_exporter.h"
#include "exporters/json_exporter.h"
#include "exporters/markdown_exporter.h"
#include "exporters/page/html_exporter.h"
#include "exporters/safe_folder.h"
#include "exporters/stack_names.h"
#include "exporters/text_exporter.h"
#include "exporters/viewers/pprof_exporter.h"
#include "report/describe.h"

namespace culprit {
namespace {

constexpr const char* kContainers = "containers";
/// What a run wrote there, a name on each line.
constexpr const char* kWrittenList = ".written-by-culprit";

/// Names told apart without regard to case, for the folder may be copied to where that is one name.
std::string unused_name(const std::string& wanted, std::set<std::string>& used) {
  const auto folded = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
      return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
    });
    return text;
  };
  std::string name = wanted;
  for (int number = 2; !used.insert(folded(name)).second; ++number) {
    name = wanted + "-" + std::to_string(number);
  }
  return name;
}

/// Graphs of an earlier run in the same folder, of containers that this one did not see. Only what
/// that run says it wrote: the folder may hold somebody's own files.
void remove_left_over(const SafeFolder& containers, const std::set<std::string>& written) {
  constexpr std::size_t kLongestList = std::size_t{1} << 20U;
  std::istringstream list(containers.read(kWrittenList, kLongestList));
  for (std::string name; std::getline(list, name);) {
    const bool is_graph = name.ends_with(".folded") || name.ends_with(".svg");
    if (is_graph && name.find('/') == std::string::npos && !written.contains(name)) {
      containers.remove(name);
    }
  }
}

Status write_containers(const SafeFolder& folder, const Report& report) {
  constexpr std::size_t kMostContainers = 500;
  Result<SafeFolder> containers = folder.folder(kContainers);
  if (!containers) {
    return std::move(containers).error();
  }
  std::set<std::string> used;
  std::set<std::string> written;
  for (const WorkloadProfile& workload : report.profile.workloads) {
    if (workload.calls.total() == 0 || !workload.kernel_activity.empty() ||
        used.size() >= kMostContainers) {
      continue;
    }
    const std::string name = unused_name(file_name_part(workload_name(workload)), used);
    Status status = containers->write(name + ".folded", folded_stacks(report.profile, workload));
    if (status) {
      status = containers->write(name + ".svg", workload_flame_graph(report.profile, workload));
    }
    if (!status) {
      return status;
    }
    written.insert({name + ".folded", name + ".svg"});
  }
  remove_left_over(*containers, written);
  std::string list;
  for (const std::string& name : written) {
    list += name + "\n";
  }
  return containers->write(kWrittenList, list);
}

}  // namespace

Status check_report_folder(const std::string& folder) {
  const Result<SafeFolder> opened = SafeFolder::open_or_create(folder);
  return opened ? opened->check_writable() : Status(opened.error());
}

Result<std::vector<std::string>> write_report_files(const Report& report,
                                                    const std::string& folder) {
  const Result<SafeFolder> opened = SafeFolder::open_or_create(folder);
  if (!opened) {
    return opened.error();
  }
  const std::vector<std::string> names = {"report.txt",    "report.json",   "report.md",
                                          "flame.html",    "stacks.folded", "flame.svg",
                                          "profile.pb.gz", "containers/"};
  TextOptions options;
  options.output_directory = folder;
  options.output_files = names;
  // The small and telling ones first: a disk that fills up costs the pictures, not the verdict.
  const std::vector<std::pair<std::string, std::string>> files = {
      {"report.txt", TextExporter(options).write(report)},
      {"report.json", JsonExporter().write(report)},
      {"report.md", MarkdownExporter().write(report)},
      {"flame.html", HtmlExporter().write(report)},
      {"stacks.folded", FoldedExporter().write(report)},
      {"flame.svg", host_flame_graph(report.profile)},
      {"profile.pb.gz", PprofExporter().write(report)}};
  Status status = Success{};
  for (const auto& [name, content] : files) {
    if (status) {
      status = opened->write(name, content);
    }
    if (!status) {
      // What an earlier run left under this name does not belong to what was written now.
      opened->remove(name);
    }
  }
  if (status) {
    status = write_containers(*opened, report);
  }
  if (!status) {
    return status.error();
  }
  return names;
}

}  // namespace culprit
