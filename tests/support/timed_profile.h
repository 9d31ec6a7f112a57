// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "aggregation/profile.h"

namespace culprit {

/// A profile with samples in given seconds, a few words per fact.
class TimedProfile {
 public:
  explicit TimedProfile(std::uint32_t seconds, double frequency_hz = 100);

  /// The index of a container; its service is the image's repository.
  std::size_t container(const std::string& name, const std::string& image = "shop/web:v1");
  /// Samples of one second below the process "server"; frames are functions of "server",
  /// outermost first.
  void samples(std::size_t container, std::uint32_t second, std::uint64_t count,
               const std::vector<std::string>& path);
  void samples(std::size_t container, std::uint32_t second, std::uint64_t count,
               const std::vector<ResolvedFrame>& path);

  Profile profile;
};

/// A function of "server", at line 10 of "server.c".
ResolvedFrame server_frame(const std::string& function);

}  // namespace culprit
