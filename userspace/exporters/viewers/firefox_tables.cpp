// SPDX-License-Identifier: Apache-2.0
#include "exporters/viewers/firefox_tables.h"

#include <array>

#include "exporters/flame_tree.h"
#include "report/describe.h"

namespace culprit {
namespace {

using FirefoxJson = nlohmann::ordered_json;

struct FirefoxCategory {
  FrameKind kind;
  const char* colour;
};

/// By index of the format's category list, whose first one has to be grey: the default.
constexpr std::array<FirefoxCategory, 8> kCategories = {{{FrameKind::Native, "grey"},
                                                         {FrameKind::Kernel, "orange"},
                                                         {FrameKind::Inlined, "darkgrey"},
                                                         {FrameKind::Python, "blue"},
                                                         {FrameKind::JavaScript, "yellow"},
                                                         {FrameKind::Java, "green"},
                                                         {FrameKind::Go, "lightblue"},
                                                         {FrameKind::Jit, "purple"}}};

std::uint32_t category_of(FrameKind kind) {
  for (std::uint32_t index = 0; index < kCategories.size(); ++index) {
    if (kCategories.at(index).kind == kind) {
      return index;
    }
  }
  return 0;
}

/// A column that has the same value in each of `rows` rows.
FirefoxJson column(std::size_t rows, const FirefoxJson& value) {
  return FirefoxJson(rows, value);
}

FirefoxJson number_or_null(std::uint32_t number) {
  return number == 0 ? FirefoxJson(nullptr) : FirefoxJson(number);
}

template <typename Rows, typename Read>
FirefoxJson column_of(const Rows& rows, Read read) {
  FirefoxJson values = FirefoxJson::array();
  for (const auto& row : rows) {
    values.push_back(read(row));
  }
  return values;
}

}  // namespace

std::uint32_t FirefoxTables::stack_of(std::span<const FrameId> frames) {
  constexpr std::uint32_t kNone = 0xffffffffU;
  std::uint32_t parent = kNone;
  std::uint32_t inline_depth = 0;
  for (const FrameId id : frames) {
    inline_depth = profile_.frames.at(id).inlined ? inline_depth + 1 : 0;
    const std::uint32_t frame = frame_of(id, inline_depth);
    const auto row = static_cast<std::uint32_t>(stacks_.size());
    const auto [known, added] = stack_numbers_.try_emplace(std::pair(parent, frame), row);
    if (added) {
      stacks_.push_back({.frame = frame, .distance_to_parent = parent == kNone ? 0 : row - parent});
    }
    parent = known->second;
  }
  return parent;
}

std::uint32_t FirefoxTables::frame_of(FrameId id, std::uint32_t inline_depth) {
  const auto [known, added] = frame_numbers_.try_emplace(
      std::pair(id.value(), inline_depth), static_cast<std::uint32_t>(frames_.size()));
  if (added) {
    const ResolvedFrame& frame = profile_.frames.at(id);
    frames_.push_back({.function = function_of(frame),
                       .line = frame.line,
                       .category = category_of(frame.kind),
                       .inline_depth = inline_depth});
  }
  return known->second;
}

std::uint32_t FirefoxTables::function_of(const ResolvedFrame& frame) {
  const Function function{.name = texts_.number_of(frame.function),
                          .resource = resources_.number_of(frame.module),
                          .file = files_.number_of(frame.file),
                          .javascript = frame.kind == FrameKind::JavaScript};
  const auto [known, added] = function_numbers_.try_emplace(
      {function.name, function.resource, function.file, function.javascript ? 1U : 0U},
      static_cast<std::uint32_t>(functions_.size()));
  if (added) {
    texts_.number_of(frame.module);
    texts_.number_of(frame.file);
    functions_.push_back(function);
  }
  return known->second;
}

FirefoxJson FirefoxTables::categories() {
  FirefoxJson list = FirefoxJson::array();
  for (const FirefoxCategory& category : kCategories) {
    list.push_back({{"name", frame_kind_name(category.kind)},
                    {"color", category.colour},
                    {"subcategories", {"Other"}}});
  }
  return list;
}

FirefoxJson FirefoxTables::json() const {
  TextTable texts = texts_;
  const std::size_t frames = frames_.size();
  const std::size_t functions = functions_.size();
  // Row 0 of both tables stands for "none", which the format says with a sentinel instead.
  const std::vector<std::string> resources(resources_.texts().begin() + 1,
                                           resources_.texts().end());
  const std::vector<std::string> files(files_.texts().begin() + 1, files_.texts().end());
  const auto number = [&texts](const std::string& text) { return texts.number_of(text); };
  FirefoxJson shared;
  shared["stackTable"] = {
      {"frame", column_of(stacks_, [](const Stack& row) { return row.frame; })},
      {"prefixOffset", column_of(stacks_, [](const Stack& row) { return row.distance_to_parent; })},
      {"length", stacks_.size()}};
  shared["frameTable"] = {
      {"address", column(frames, -1)},
      {"lib", column(frames, -1)},
      {"inlineDepth", column_of(frames_, [](const Frame& row) { return row.inline_depth; })},
      {"category", column_of(frames_, [](const Frame& row) { return row.category; })},
      {"subcategory", column(frames, 0)},
      {"func", column_of(frames_, [](const Frame& row) { return row.function; })},
      {"nativeSymbol", column(frames, nullptr)},
      {"innerWindowID", column(frames, nullptr)},
      {"line", column_of(frames_, [](const Frame& row) { return number_or_null(row.line); })},
      {"column", column(frames, nullptr)},
      {"originalLocation", column(frames, nullptr)},
      {"length", frames}};
  shared["funcTable"] = {
      {"name", column_of(functions_, [](const Function& row) { return row.name; })},
      {"isJS", column_of(functions_, [](const Function& row) { return row.javascript; })},
      {"relevantForJS", column(functions, false)},
      {"resource",
       column_of(functions_,
                 [](const Function& row) { return static_cast<int>(row.resource) - 1; })},
      {"source", column_of(functions_,
                           [](const Function& row) {
                             return row.file == 0 ? FirefoxJson(nullptr)
                                                  : FirefoxJson(row.file - 1);
                           })},
      {"lineNumber", column(functions, nullptr)},
      {"columnNumber", column(functions, nullptr)},
      {"originalLocation", column(functions, nullptr)},
      {"length", functions}};
  constexpr int kLibrary = 1;
  shared["resourceTable"] = {{"name", column_of(resources, number)},
                             {"host", column(resources.size(), nullptr)},
                             {"type", column(resources.size(), kLibrary)},
                             {"length", resources.size()}};
  const FirefoxJson none = FirefoxJson::array();
  shared["nativeSymbols"] = {
      {"libIndex", none}, {"address", none}, {"name", none}, {"functionSize", none}, {"length", 0}};
  shared["sources"] = {{"id", column(files.size(), nullptr)},
                       {"filename", column_of(files, number)},
                       {"startLine", column(files.size(), 1)},
                       {"startColumn", column(files.size(), 1)},
                       {"sourceMapURL", column(files.size(), nullptr)},
                       {"content", column(files.size(), nullptr)},
                       {"length", files.size()}};
  shared["sourceLocationTable"] = {
      {"source", none}, {"line", none}, {"column", none}, {"length", 0}};
  shared["stringArray"] = texts.texts();
  return shared;
}

}  // namespace culprit
