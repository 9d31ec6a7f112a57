// SPDX-License-Identifier: Apache-2.0
#include "report/fingerprint.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "report/describe.h"

namespace culprit {
namespace {

/// FNV-1a over fields: each field ends with a zero byte, so that moving a letter from one field to
/// the next changes the sum.
class FieldHash {
 public:
  void add(std::string_view field) {
    for (const char byte : field) {
      step(static_cast<unsigned char>(byte));
    }
    step(0);
  }

  [[nodiscard]] std::string hex() const {
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(state_));
    return text.data();
  }

 private:
  void step(unsigned char byte) {
    constexpr std::uint64_t kPrime = 0x100000001B3ULL;
    state_ = (state_ ^ byte) * kPrime;
  }

  std::uint64_t state_ = 0xCBF29CE484222325ULL;
};

std::string service_of(const WorkloadProfile& workload) {
  if (!workload.kernel_activity.empty()) {
    return workload.kernel_activity;
  }
  const Container& container = workload.container;
  if (!container.service.empty() && container.service != container.image) {
    return container.service;
  }
  if (container.image.empty()) {
    return container.name;
  }
  const std::string_view tag = image_tag(container.image);
  std::string image = container.image.substr(0, container.image.find('@'));
  if (!tag.empty()) {
    image.resize(image.size() - tag.size() - 1);
  }
  return image;
}

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

/// Dates, pids and numbers of replicas change from run to run: every number counts as one '#'.
std::string without_numbers(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (!is_digit(letter)) {
      result += letter;
    } else if (result.empty() || result.back() != '#') {
      result += '#';
    }
  }
  return result;
}

/// A nameless address outside of any module moves with every start of the process.
std::string function_of(const ResolvedFrame& frame) {
  constexpr std::string_view kBareAddress = "[0x";
  const std::string_view name = frame.function;
  return name.substr(0, kBareAddress.size()) == kBareAddress ? "[unknown]" : frame.function;
}

void add_target(FieldHash& hash, const FindingTarget& target) {
  hash.add(target_kind_name(target.kind));
  hash.add(without_numbers(target.path));
  hash.add(std::to_string(target.port));
  if (!target.container.empty()) {
    hash.add(without_numbers(target.container));
  } else {
    hash.add(target.hostname.empty() ? target.address : target.hostname);
  }
}

}  // namespace

std::string fingerprint(const Profile& profile, const Finding& finding) {
  FieldHash hash;
  hash.add(kind_name(finding.kind));
  const WorkloadProfile* workload = dearest_workload(profile, finding);
  hash.add(workload == nullptr ? "" : service_of(*workload));
  const ResolvedFrame* frame = blamed_frame(profile, finding);
  hash.add(frame == nullptr ? "" : function_of(*frame));
  if (finding.target) {
    add_target(hash, *finding.target);
  }
  return hash.hex();
}

}  // namespace culprit
