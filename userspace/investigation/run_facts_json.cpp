// SPDX-License-Identifier: Apache-2.0
#include "investigation/run_facts_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/display_text.h"

namespace culprit {
namespace {

using Json = nlohmann::ordered_json;

std::string text_at(const Json& object, const char* name) {
  constexpr std::size_t kLongest = 4096;
  const auto found = object.find(name);
  return found != object.end() && found->is_string()
             ? displayable(found->get<std::string>(), kLongest)
             : std::string();
}

template <typename Number>
Number number_at(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) {
    return Number{};
  }
  if constexpr (std::is_floating_point_v<Number>) {
    const double value = found->is_number() ? found->get<double>() : 0;
    return std::isfinite(value) ? value : 0;
  } else {
    return found->is_number_unsigned() ? found->get<Number>() : Number{};
  }
}

/// The objects of a list; none when it is something else.
std::vector<Json> objects_at(const Json& object, const char* name) {
  std::vector<Json> objects;
  const auto found = object.find(name);
  if (found != object.end() && found->is_array()) {
    for (const Json& entry : *found) {
      if (entry.is_object()) {
        objects.push_back(entry);
      }
    }
  }
  return objects;
}

}  // namespace

std::string run_facts_json(const RunFacts& facts, const Losses& lost) {
  Json hooks = Json::array();
  for (const HookInUse& hook : facts.hooks) {
    hooks.push_back(
        {{"question", hook.question}, {"hook", hook.hook}, {"fallback_of", hook.fallback_of}});
  }
  Json limits = Json::array();
  for (const Limit& limit : facts.limits) {
    limits.push_back({{"what", limit.what}, {"why", limit.why}, {"fix", limit.fix}});
  }
  Json arguments = Json::array();
  for (const std::string& argument : facts.arguments) {
    arguments.push_back({{"text", argument}});
  }
  const Overhead& overhead = facts.overhead;
  const Json json = {{"version", facts.version},
                     {"arguments", arguments},
                     {"interrupted", facts.interrupted},
                     {"hooks", hooks},
                     {"limits", limits},
                     {"lost", lost},
                     {"overhead",
                      {{"own_cpu_share", overhead.own_cpu_share},
                       {"one_off_cpu_seconds", overhead.one_off_cpu_seconds},
                       {"rss_bytes", overhead.rss_bytes},
                       {"map_bytes", overhead.map_bytes},
                       {"bpf_cpu_share", overhead.bpf_cpu_share},
                       {"bpf_ns_per_sample", overhead.bpf_ns_per_sample},
                       {"bpf_ns_per_syscall", overhead.bpf_ns_per_syscall}}}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

RecordedRun recorded_run(std::string_view text) {
  constexpr int kDeepest = 4;
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; };
  const Json json = Json::parse(text.begin(), text.end(), shallow, /*allow_exceptions=*/false);
  RecordedRun run;
  if (!json.is_object()) {
    return run;
  }
  run.facts.version = text_at(json, "version");
  for (const Json& argument : objects_at(json, "arguments")) {
    run.facts.arguments.push_back(text_at(argument, "text"));
  }
  const auto interrupted = json.find("interrupted");
  run.facts.interrupted =
      interrupted != json.end() && interrupted->is_boolean() && interrupted->get<bool>();
  for (const Json& hook : objects_at(json, "hooks")) {
    run.facts.hooks.push_back({.question = text_at(hook, "question"),
                               .hook = text_at(hook, "hook"),
                               .fallback_of = text_at(hook, "fallback_of")});
  }
  for (const Json& limit : objects_at(json, "limits")) {
    run.facts.limits.push_back({.what = text_at(limit, "what"),
                                .why = text_at(limit, "why"),
                                .fix = text_at(limit, "fix")});
  }
  if (const auto lost = json.find("lost"); lost != json.end() && lost->is_object()) {
    for (const auto& [cause, count] : lost->items()) {
      if (count.is_number_unsigned()) {
        run.lost[displayable(cause)] = count.get<std::uint64_t>();
      }
    }
  }
  if (const auto cost = json.find("overhead"); cost != json.end() && cost->is_object()) {
    run.facts.overhead = {.own_cpu_share = number_at<double>(*cost, "own_cpu_share"),
                          .one_off_cpu_seconds = number_at<double>(*cost, "one_off_cpu_seconds"),
                          .rss_bytes = number_at<std::uint64_t>(*cost, "rss_bytes"),
                          .map_bytes = number_at<std::uint64_t>(*cost, "map_bytes"),
                          .bpf_cpu_share = number_at<double>(*cost, "bpf_cpu_share"),
                          .bpf_ns_per_sample = number_at<double>(*cost, "bpf_ns_per_sample"),
                          .bpf_ns_per_syscall = number_at<double>(*cost, "bpf_ns_per_syscall")};
  }
  return run;
}

}  // namespace culprit
