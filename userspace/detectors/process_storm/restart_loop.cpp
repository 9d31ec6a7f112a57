// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "detectors/advice.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/process_storm/process_storm.h"
#include "detectors/process_storm/service_life.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kRestartStrength = 0.85;
constexpr double kFailedExitStrength = 0.6;

/// What says that a service is started over and over.
struct Restarts {
  double count = 0;
  bool by_engine = false;  ///< of the container; else its processes fail and are replaced
};

std::optional<Restarts> restarts_in_window(const ServiceLife& life) {
  const auto count = static_cast<double>(life.restarts);
  return count >= kRestartsInWindow
             ? std::optional<Restarts>(Restarts{.count = count, .by_engine = true})
             : std::nullopt;
}

// The engine's counter is that of the container's whole life: it speaks only when the container
// has just been started again.
std::optional<Restarts> restarts_by_engine(const Profile& profile, const ServiceLife& life) {
  const auto now =
      profile.window.start +
      std::chrono::duration_cast<std::chrono::system_clock::duration>(profile.window.duration);
  for (const WorkloadIndex index : life.workloads) {
    const Container& container = profile.workload(index).container;
    if (!container.restarts || *container.restarts < kRestarts || !container.started_at) {
      continue;
    }
    const double age = std::chrono::duration<double>(now - *container.started_at).count();
    if (age <= kRestartAgeSeconds) {
      return Restarts{.count = static_cast<double>(*container.restarts), .by_engine = true};
    }
  }
  return std::nullopt;
}

// Below the rate of a storm, most processes end badly and new ones are executed in their place.
std::optional<Restarts> restarts_by_exits(const Profile& profile, const ServiceLife& life) {
  const auto failed = static_cast<double>(life.failed_exits);
  const bool replaced = 2 * life.execs >= life.failed_exits;
  if (failed < kFailedExits || failed < kFailedExitShare * static_cast<double>(life.exits) ||
      !replaced || per_second(profile, static_cast<double>(life.forks)) >= kForksPerSecond ||
      life.build_tool_share >= kBuildToolShare) {
    return std::nullopt;
  }
  return Restarts{.count = failed, .by_engine = false};
}

Finding describe(const Profile& profile, const ServiceLife& life, const Restarts& restarts) {
  Finding finding;
  finding.kind = FindingKind::RestartLoop;
  finding.workloads = life.workloads;
  // A container that comes back is the cost as a whole; where processes of a living one end badly
  // (a health check, say), only those are.
  finding.cost = restarts.by_engine ? life.cost : life.brief_cost;
  finding.headline =
      fmt::format("{} dies and starts again and again", group_name(profile, life.workloads));
  finding.proof =
      restarts.by_engine
          ? fmt::format("started {:.0f} times; the last start is recent", restarts.count)
          : fmt::format("{} of {} processes ended with an error, {} started anew",
                        life.failed_exits, life.exits, life.execs);
  finding.evidence = {{.key = restarts.by_engine ? "restarts" : "failed_exits",
                       .value = restarts.count,
                       .unit = "",
                       .comparison = ">=",
                       .threshold = restarts.by_engine ? kRestartsInWindow : kFailedExits,
                       .source = restarts.by_engine ? "engine" : "process_events",
                       .text = finding.proof}};
  Confidence confidence(restarts.by_engine ? kRestartStrength : kFailedExitStrength, finding.proof);
  lower_by_sample_loss(confidence, profile, life.workloads);
  confidence.give_to(finding);
  finding.advice.push_back({.text = "save its log and this report before anything is restarted; "
                                    "then look at why it ends",
                            .command = "",
                            .effect = "",
                            .undo = "",
                            .risk = ""});
  return finding;
}

}  // namespace

std::vector<Finding> RestartLoopDetector::detect(const Profile& profile) const {
  std::vector<Finding> findings;
  for (const ServiceLife& life : service_lives(profile)) {
    std::optional<Restarts> restarts = restarts_in_window(life);
    if (!restarts) {
      restarts = restarts_by_engine(profile, life);
    }
    if (!restarts) {
      restarts = restarts_by_exits(profile, life);
    }
    if (restarts) {
      Finding finding = describe(profile, life, *restarts);
      assign_role(profile, finding, FindingRole::Contributing);
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace culprit
