// SPDX-License-Identifier: Apache-2.0
#include "exporters/viewers/firefox_exporter.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "base/display_text.h"
#include "exporters/viewers/exported_stack.h"
#include "exporters/viewers/firefox_tables.h"
#include "report/describe.h"

namespace culprit {
namespace {

using FirefoxJson = nlohmann::ordered_json;

constexpr double kMillisecondsPerSecond = 1000;
constexpr int kProcessedFormat = 70;

/// The samples of one thread, or of what a container did without a thread.
struct FirefoxTrack {
  const ThreadProfile* thread = nullptr;
  std::string process_name;
  /// By second and stack.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> samples;
};

class FirefoxWriter {
 public:
  explicit FirefoxWriter(const Report& report)
      : report_(report), profile_(report.profile), tables_(report.profile) {}

  FirefoxJson write() {
    for_each_exported_stack(profile_, [this](const ExportedStack& stack) { add(stack); });
    FirefoxJson threads = FirefoxJson::array();
    for (const auto& [key, track] : tracks_) {
      threads.push_back(write_track(track, threads.size()));
    }
    return {{"meta", write_meta()},
            {"libs", FirefoxJson::array()},
            {"shared", tables_.json()},
            {"threads", std::move(threads)}};
  }

 private:
  using TrackKey = std::pair<std::uint64_t, std::uint64_t>;  ///< workload, thread's place or none

  void add(const ExportedStack& stack) {
    constexpr std::uint64_t kNoThread = 0xffffffffU;
    const auto workload = static_cast<std::uint64_t>(stack.workload - profile_.workloads.data());
    const std::uint64_t thread =
        stack.thread == nullptr
            ? kNoThread
            : static_cast<std::uint64_t>(stack.thread - profile_.threads.data());
    FirefoxTrack& track = tracks_[{workload, thread}];
    track.thread = stack.thread;
    track.process_name = displayable(workload_name(*stack.workload));
    const std::uint32_t row = tables_.stack_of(stack.frames);
    if (stack.seconds == nullptr) {
      track.samples[{0, row}] += stack.samples;
      return;
    }
    for (const SecondCounts::Entry& entry : stack.seconds->entries()) {
      track.samples[{entry.second, row}] += entry.count;
    }
  }

  [[nodiscard]] double end_ms() const { return profile_.seconds() * kMillisecondsPerSecond; }

  [[nodiscard]] FirefoxJson write_samples(const FirefoxTrack& track) const {
    FirefoxJson stacks = FirefoxJson::array();
    FirefoxJson times = FirefoxJson::array();
    FirefoxJson weights = FirefoxJson::array();
    for (const auto& [key, samples] : track.samples) {
      stacks.push_back(key.second);
      times.push_back((key.first + 0.5) * kMillisecondsPerSecond);
      weights.push_back(samples);
    }
    const std::size_t length = stacks.size();
    return {{"stack", std::move(stacks)},
            {"time", std::move(times)},
            {"weight", std::move(weights)},
            {"weightType", "samples"},
            {"length", length}};
  }

  FirefoxJson write_track(const FirefoxTrack& track, std::size_t number) {
    const FirefoxJson none = FirefoxJson::array();
    const ThreadProfile* thread = track.thread;
    // Tracks of one process are told to belong together by an equal pid.
    const std::string pid = thread != nullptr ? std::to_string(thread->process.pid.value())
                                              : "kernel-" + std::to_string(number);
    return {
        {"processType", "default"},
        {"processStartupTime", 0},
        {"processShutdownTime", nullptr},
        {"registerTime", 0},
        {"unregisterTime", nullptr},
        {"pausedRanges", none},
        {"name", thread != nullptr ? displayable(thread->comm) : track.process_name},
        {"isMainThread", thread == nullptr || thread->tid.value() == thread->process.pid.value()},
        {"processName", track.process_name},
        {"pid", pid},
        {"tid", thread != nullptr ? FirefoxJson(thread->tid.value()) : FirefoxJson(pid)},
        {"samples", write_samples(track)},
        {"markers",
         {{"data", none},
          {"name", none},
          {"startTime", none},
          {"endTime", none},
          {"phase", none},
          {"category", none},
          {"length", 0}}}};
  }

  [[nodiscard]] FirefoxJson write_meta() const {
    using std::chrono::milliseconds;
    const auto start =
        std::chrono::duration_cast<milliseconds>(profile_.window.start.time_since_epoch());
    constexpr int kOtherProduct = 0;
    const double interval = profile_.window.frequency_hz > 0
                                ? kMillisecondsPerSecond / profile_.window.frequency_hz
                                : 1;
    return {{"interval", interval},
            {"startTime", start.count()},
            {"endTime", end_ms()},
            {"profilingStartTime", 0},
            {"profilingEndTime", end_ms()},
            {"processType", kOtherProduct},
            {"product", "culprit on " + displayable(profile_.host.name)},
            {"importedFrom", "culprit " + displayable(report_.run.version)},
            {"stackwalk", 1},
            {"debug", false},
            {"version", 34},
            {"preprocessedProfileVersion", kProcessedFormat},
            {"oscpu", "Linux " + displayable(profile_.host.kernel)},
            {"platform", "Linux"},
            {"logicalCPUs", profile_.host.cpus},
            {"symbolicated", true},
            {"symbolicationNotSupported", true},
            {"usesOnlyOneStackType", true},
            {"sourceCodeIsNotOnSearchfox", true},
            {"keepProfileThreadOrder", true},
            {"categories", FirefoxTables::categories()},
            {"markerSchema", FirefoxJson::array()}};
  }

  const Report& report_;
  const Profile& profile_;
  FirefoxTables tables_;
  std::map<TrackKey, FirefoxTrack> tracks_;
};

}  // namespace

std::string FirefoxExporter::write(const Report& report) const {
  return FirefoxWriter(report).write().dump() + "\n";
}

}  // namespace culprit
