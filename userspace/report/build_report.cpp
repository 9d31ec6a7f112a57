// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "report/ranking.h"
#include "report/report.h"
#include "report/verdict.h"

namespace culprit {

Report build_report(Profile profile, std::vector<Finding> findings, std::vector<RuledOut> ruled_out,
                    RunFacts run, const ReportOptions& options) {
  Report report;
  report.left_out = static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(),
      [&](const Finding& finding) { return finding.confidence < options.min_confidence; }));
  report.findings = rank_findings(profile, std::move(findings), options.min_confidence);
  report.cpu = cpu_shares(profile);
  const SampleLoss loss = sample_loss(profile);
  report.lost_samples = loss.samples;
  report.lost_share = loss.share;
  report.lost_too_much = report.lost_share > options.max_lost_share;
  report.run = std::move(run);
  report.ruled_out = std::move(ruled_out);
  report.profile = std::move(profile);
  report.verdict = decide_verdict(report);
  return report;
}

}  // namespace culprit
