// SPDX-License-Identifier: Apache-2.0
#include "containers/engine_container.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "containers/text_fields.h"

namespace culprit {
namespace {

template <typename Text>
void fill(Text& known, const Text& more) {
  if (known.empty()) {
    known = more;
  }
}

template <typename Value>
void fill(std::optional<Value>& known, const std::optional<Value>& more) {
  if (!known) {
    known = more;
  }
}

std::optional<int> number_at(std::string_view text, std::size_t begin, std::size_t length) {
  if (text.size() < begin + length) {
    return std::nullopt;
  }
  const std::string_view digits = text.substr(begin, length);
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  return static_cast<int>(*to_number(digits));
}

/// "Z", "+02:00" or "-07:00" as minutes east of Greenwich.
std::optional<std::chrono::minutes> zone_of(std::string_view text) {
  if (text == "Z" || text.empty()) {
    return std::chrono::minutes(0);
  }
  const auto hours = number_at(text, 1, 2);
  const auto minutes = number_at(text, 4, 2);
  if (text.size() != 6 || text[3] != ':' || !hours || !minutes ||
      (text[0] != '+' && text[0] != '-')) {
    return std::nullopt;
  }
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

void fill_gaps(EngineContainer& known, const EngineContainer& more) {
  fill(known.id, more.id);
  fill(known.name, more.name);
  fill(known.runtime, more.runtime);
  fill(known.image, more.image);
  fill(known.pod, more.pod);
  fill(known.pod_namespace, more.pod_namespace);
  fill(known.pod_uid, more.pod_uid);
  fill(known.started_at, more.started_at);
  fill(known.restarts, more.restarts);
  fill(known.health, more.health);
  fill(known.cpu_limit_cores, more.cpu_limit_cores);
  fill(known.cpu_quota_period_us, more.cpu_quota_period_us);
  fill(known.memory_limit_bytes, more.memory_limit_bytes);
  fill(known.labels, more.labels);
  fill(known.addresses, more.addresses);
}

void take_kubernetes_names(EngineContainer& container) {
  const auto label = [&](const char* name) {
    const auto found = container.labels.find(name);
    return found == container.labels.end() ? std::string() : found->second;
  };
  fill(container.pod, label("io.kubernetes.pod.name"));
  fill(container.pod_namespace, label("io.kubernetes.pod.namespace"));
  fill(container.pod_uid, label("io.kubernetes.pod.uid"));
  const std::string inner = label("io.kubernetes.container.name");
  const std::vector<std::string_view> parts = fields(container.name, '_');
  std::string from_name;
  if (parts.size() >= 5 && parts[0] == "k8s") {
    fill(container.pod, std::string(parts[2]));
    fill(container.pod_namespace, std::string(parts[3]));
    fill(container.pod_uid, std::string(parts[4]));
    if (parts.size() >= 6) {
      if (const auto attempt = to_number(parts[5]); attempt && *attempt < 1000000) {
        fill(container.restarts, std::optional(static_cast<std::uint32_t>(*attempt)));
      }
    }
    from_name = std::string(parts[1]);
  }
  if (!inner.empty() || !from_name.empty()) {
    container.name = inner.empty() ? from_name : inner;
  }
}

std::optional<std::chrono::system_clock::time_point> parse_engine_time(std::string_view text) {
  const auto year = number_at(text, 0, 4), month = number_at(text, 5, 2),
             day = number_at(text, 8, 2), hour = number_at(text, 11, 2),
             minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second || *year < 1970 || *hour > 23 ||
      *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *year > 2200) {  // nanoseconds in 64 bits end in 2262
    return std::nullopt;
  }
  std::string_view rest = text.substr(19);
  std::chrono::nanoseconds fraction{0};
  if (!rest.empty() && rest.front() == '.') {
    const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    std::string digits(rest.substr(1, std::min<std::size_t>(end - 1, 9)));
    digits.resize(9, '0');
    fraction = std::chrono::nanoseconds(to_number(digits).value_or(0));
    rest = rest.substr(end);
  }
  const auto zone = zone_of(rest);
  if (!zone) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + fraction - *zone;
}

}  // namespace culprit
