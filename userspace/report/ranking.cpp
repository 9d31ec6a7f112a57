// SPDX-License-Identifier: Apache-2.0
#include "report/ranking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "detectors/advice.h"
#include "report/describe.h"
#include "report/fingerprint.h"

namespace culprit {
namespace {

/// Below it a culprit is less likely than not: somebody might roll back on a guess.
constexpr double kLikelierThanNot = 0.5;

/// Being busy is no offence: statements without proof are context, whatever their cost.
FindingRole role_of(const Finding& finding) {
  const bool unproven =
      finding.kind == FindingKind::LongComputation || finding.kind == FindingKind::HotPath ||
      (finding.role == FindingRole::Culprit && finding.confidence < kLikelierThanNot);
  return unproven ? FindingRole::Context : finding.role;
}

bool about_culprit_itself(const Profile& profile, const Finding& finding) {
  const WorkloadProfile* workload = dearest_workload(profile, finding);
  return workload != nullptr && workload->is_culprit_itself;
}

double score(const Finding& finding) {
  const double product = finding.cost.total() * finding.confidence;
  return std::isfinite(product) ? product : 0;
}

/// A finding on its way from the detectors' order to the report's.
struct Candidate {
  std::size_t index;
  RankedFinding ranked;
};

bool before(const Candidate& left, const Candidate& right) {
  const Finding& one = left.ranked.finding;
  const Finding& two = right.ranked.finding;
  const double one_score = score(one);
  const double two_score = score(two);
  return std::tie(one.role, two_score, two.confidence, one.kind, left.ranked.id, left.index) <
         std::tie(two.role, one_score, one.confidence, two.kind, right.ranked.id, right.index);
}

void drop_unsafe_commands(std::vector<Advice>& advice) {
  for (Advice& item : advice) {
    if (!is_safe_command(item.command) || !is_safe_command(item.undo)) {
      item.command.clear();
      item.undo.clear();
    }
  }
}

/// Two findings of one kind, service, function and destination still need an id each.
void make_ids_unique(std::vector<Candidate>& candidates) {
  std::map<std::string, int> seen;
  for (Candidate& candidate : candidates) {
    const int times = ++seen[candidate.ranked.id];
    if (times > 1) {
      candidate.ranked.id += "-" + std::to_string(times);
    }
  }
}

void link_causes(std::vector<Candidate>& candidates) {
  std::map<std::size_t, std::string> id_of;
  for (const Candidate& candidate : candidates) {
    id_of.emplace(candidate.index, candidate.ranked.id);
  }
  for (Candidate& candidate : candidates) {
    std::set<std::string> unique;
    for (const std::size_t cause : candidate.ranked.finding.caused_by) {
      const auto found = id_of.find(cause);
      if (found != id_of.end() && cause != candidate.index && unique.insert(found->second).second) {
        candidate.ranked.caused_by.push_back(found->second);
      }
    }
  }
}

}  // namespace

std::vector<RankedFinding> rank_findings(const Profile& profile, std::vector<Finding> findings,
                                         double min_confidence) {
  std::vector<Candidate> candidates;
  for (std::size_t index = 0; index < findings.size(); ++index) {
    Finding& finding = findings[index];
    // Written so that a confidence that is no number is left out too.
    if (!(finding.confidence >= min_confidence) || about_culprit_itself(profile, finding)) {
      continue;
    }
    finding.role = role_of(finding);
    drop_unsafe_commands(finding.advice);
    RankedFinding ranked;
    ranked.id = fingerprint(profile, finding);
    ranked.finding = std::move(finding);
    candidates.push_back({index, std::move(ranked)});
  }
  std::sort(candidates.begin(), candidates.end(), before);
  make_ids_unique(candidates);
  link_causes(candidates);
  std::vector<RankedFinding> ranked;
  for (Candidate& candidate : candidates) {
    candidate.ranked.rank = static_cast<std::uint32_t>(ranked.size() + 1);
    ranked.push_back(std::move(candidate.ranked));
  }
  return ranked;
}

}  // namespace culprit
