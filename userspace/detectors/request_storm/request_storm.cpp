// SPDX-License-Identifier: Apache-2.0
#include "detectors/request_storm/request_storm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "detectors/address_text.h"
#include "detectors/advice.h"
#include "detectors/call_cost.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/known_programs.h"
#include "detectors/network_cost.h"
#include "detectors/profile_index.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kStrength = 0.45;
constexpr double kRateStrength = 0.3;  // at a hundred times the threshold
// CPU that one exchange can cost at most where the call path is not known.
constexpr double kMostSecondsPerExchange = 0.001;
constexpr std::array<std::string_view, 1> kExchangeLosses{"exchange_map_full"};

/// What one service asks of one address.
struct Conversation {
  std::vector<const ExchangeActivity*> members;
  std::vector<WorkloadIndex> workloads;
  std::vector<Pid> pids;
  CallTree calls;
  std::uint64_t exchanges = 0, same_sizes = 0;
};

using ConversationKey = std::tuple<std::string, Protocol, std::string, std::uint16_t>;

// Requests answered by the process for each one it sends.
double inbound_share(const Profile& profile, const ExchangeActivity& activity) {
  double inbound = 0;
  double outbound = 0;
  for (const ExchangeActivity& other : profile.exchanges) {
    if (other.pid == activity.pid) {
      (other.client ? outbound : inbound) += static_cast<double>(other.exchanges);
    }
  }
  return outbound > 0 ? inbound / outbound : 1;
}

bool is_suspicious(const ProfileIndex& index, const ExchangeActivity& activity) {
  const Profile& profile = index.profile();
  const auto exchanges = static_cast<double>(activity.exchanges);
  return activity.client && can_be_culprit(profile, activity.workload) &&
         per_second(profile, exchanges) >= kExchangesPerSecond &&
         static_cast<double>(activity.same_sizes) >= kSameSizesShare * exchanges &&
         inbound_share(profile, activity) <= kInboundShare &&
         !is_load_generator(index, {activity.pid});
}

std::map<ConversationKey, Conversation> conversations_of(const ProfileIndex& index) {
  const Profile& profile = index.profile();
  std::map<ConversationKey, Conversation> conversations;
  for (const ExchangeActivity& activity : profile.exchanges) {
    if (!is_suspicious(index, activity)) {
      continue;
    }
    Conversation& conversation =
        conversations[{service_of(profile, activity.workload), activity.endpoint.protocol,
                       activity.endpoint.address, activity.endpoint.port}];
    conversation.members.push_back(&activity);
    add_workload(conversation.workloads, activity.workload);
    if (std::ranges::find(conversation.pids, activity.pid) == conversation.pids.end()) {
      conversation.pids.push_back(activity.pid);
    }
    conversation.calls.merge(activity.calls);
    conversation.exchanges += activity.exchanges;
    conversation.same_sizes += activity.same_sizes;
  }
  return conversations;
}

void fill_target(const Profile& profile, const ExchangeActivity& member, Finding& finding) {
  const Endpoint& endpoint = member.endpoint;
  FindingTarget target;
  if (endpoint.protocol == Protocol::Unix) {
    target.kind = TargetKind::Unix;
    target.path = endpoint.address;
  } else {
    target.kind = endpoint.protocol == Protocol::Udp ? TargetKind::Udp : TargetKind::Tcp;
    target.address = endpoint.address;
    target.port = endpoint.port;
  }
  if (member.listener) {
    target.container = profile.workload(*member.listener).container.name;
  }
  finding.target = std::move(target);
}

/// The processes that answer in the peer's workload, and how much they answer to anybody.
struct Answerers {
  std::set<Pid> pids;
  double exchanges = 0;
};

Answerers answerers_in(const Profile& profile, WorkloadIndex listener) {
  Answerers answerers;
  for (const ExchangeActivity& activity : profile.exchanges) {
    if (!activity.client && activity.workload == listener) {
      answerers.pids.insert(activity.pid);
      answerers.exchanges += static_cast<double>(activity.exchanges);
    }
  }
  return answerers;
}

// The peer's processes work for everybody who asks: our part of what they answer.
void add_peer_cost(const ProfileIndex& index, const Conversation& conversation, FindingCost& cost) {
  const Profile& profile = index.profile();
  const std::optional<WorkloadIndex> listener = conversation.members.front()->listener;
  if (!listener || !can_be_culprit(profile, *listener)) {
    return;
  }
  const Answerers answerers = answerers_in(profile, *listener);
  double cores = 0;
  for (const Pid pid : answerers.pids) {
    const bool asks = std::ranges::find(conversation.pids, pid) != conversation.pids.end();
    for (const ThreadProfile* thread : index.threads_of(pid)) {
      cores += asks ? 0 : cores_of(profile, *thread);
    }
  }
  if (cores > 0 && answerers.exchanges > 0) {
    const double share = static_cast<double>(conversation.exchanges) / answerers.exchanges;
    cost.induced.push_back({.who = profile.workload(*listener).container.name,
                            .cores = cores * std::min(1.0, share),
                            .why = "answers its requests"});
  }
}

double rate_of(const Profile& profile, const Conversation& conversation) {
  return per_second(profile, static_cast<double>(conversation.exchanges));
}

void fill_cost(const ProfileIndex& index, const Conversation& conversation, Finding& finding) {
  const BehaviourCost cost = price(
      index, {.pids = conversation.pids,
              .event_stacks = &conversation.calls,
              .system_calls = {"write", "writev", "send", "sendto", "sendmsg", "read", "readv",
                               "recvfrom", "recvmsg", "epoll_wait", "poll"},
              .most_cores = rate_of(index.profile(), conversation) * kMostSecondsPerExchange});
  finding.threads = cost.threads;
  finding.where = cost.path;
  finding.cost.own_cores = cost.cores;
  finding.cost.waited_cores = cost.waited_cores;
  add_peer_cost(index, conversation, finding.cost);
  add_softirq_cost(index.profile(), static_cast<double>(conversation.exchanges), finding.cost);
}

std::vector<Evidence> evidence_of(double rate, double same, const std::string& proof) {
  return {{.key = "exchanges",
           .value = rate,
           .unit = "per_s",
           .comparison = ">=",
           .threshold = kExchangesPerSecond,
           .source = "sys_exit",
           .text = fmt::format("{} exchanges/s", rate_text(rate))},
          {.key = "same_sizes_share",
           .value = same,
           .unit = "share",
           .comparison = ">=",
           .threshold = kSameSizesShare,
           .source = "sys_exit",
           .text = proof}};
}

Confidence judge(const Profile& profile, const Conversation& conversation, double rate) {
  Confidence confidence(kStrength, "the same sizes again and again");
  confidence.support(kRateStrength * std::min(1.0, std::log10(rate / kExchangesPerSecond) / 2),
                     fmt::format("{} exchanges/s", rate_text(rate)));
  confidence.cap(kMostBySizes, "sizes cannot tell an error from an answer");
  lower_by_sample_loss(confidence, profile, conversation.workloads);
  lower_by_event_loss(confidence, profile, conversation.workloads, conversation.exchanges,
                      kExchangeLosses);
  return confidence;
}

Finding describe(const ProfileIndex& index, Conversation& conversation) {
  const Profile& profile = index.profile();
  const ExchangeActivity& first = *conversation.members.front();
  const double rate = rate_of(profile, conversation);
  const double same =
      static_cast<double>(conversation.same_sizes) / static_cast<double>(conversation.exchanges);
  sort_by_cores(profile, conversation.workloads);
  Finding finding;
  finding.kind = FindingKind::RequestStorm;
  finding.workloads = conversation.workloads;
  fill_cost(index, conversation, finding);
  fill_target(profile, first, finding);
  finding.headline =
      fmt::format("{}: the same request {}/s to {}", group_name(profile, finding.workloads),
                  rate_text(rate), address_text(first.endpoint));
  finding.proof = fmt::format("{:.0f} % of {} exchanges: {} bytes asked, {} answered", 100 * same,
                              conversation.exchanges, first.request_bytes, first.response_bytes);
  finding.evidence = evidence_of(rate, same, finding.proof);
  judge(profile, conversation, rate).give_to(finding);
  finding.advice = cap_cpu(profile, finding.workloads);
  finding.advice.push_back(
      fix_code(profile, finding.where, "look at what is answered; wait before asking again"));
  return finding;
}

}  // namespace

std::vector<Finding> RequestStormDetector::detect(const Profile& profile) const {
  const ProfileIndex index(profile);
  std::vector<Finding> findings;
  for (auto& [key, conversation] : conversations_of(index)) {
    Finding finding = describe(index, conversation);
    assign_role(profile, finding, FindingRole::Context);
    if (finding.role == FindingRole::Culprit) {
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace culprit
