// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/display_text.h"
#include "detectors/contributing/contributing.h"
#include "detectors/profile_index.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kStrength = 0.6;  // what is written now may be deleted later
constexpr std::size_t kLongestPath = 60;

/// What appended files add to one disk.
struct FillingDisk {
  double bytes_per_s = 0;
  std::uint64_t free_bytes = 0;
  const WriteActivity* largest = nullptr;
};

// Only appended files grow for certain; others may be overwritten in place.
bool grows(const WriteActivity& write) {
  return write.target == WriteTarget::File && write.append && write.disk_free_bytes.has_value();
}

std::map<std::uint32_t, FillingDisk> filling_disks(const Profile& profile) {
  std::map<std::uint32_t, FillingDisk> disks;
  for (const WriteActivity& write : profile.writes) {
    if (!grows(write) || !can_be_culprit(profile, write.workload)) {
      continue;
    }
    FillingDisk& disk = disks[write.device];
    disk.bytes_per_s += per_second(profile, static_cast<double>(write.bytes));
    disk.free_bytes = disk.largest == nullptr ? *write.disk_free_bytes
                                              : std::min(disk.free_bytes, *write.disk_free_bytes);
    if (disk.largest == nullptr || write.bytes > disk.largest->bytes) {
      disk.largest = &write;
    }
  }
  return disks;
}

bool is_flood_already(const std::vector<Finding>& found, const WriteActivity& write) {
  return std::ranges::any_of(found, [&](const Finding& finding) {
    return finding.kind == FindingKind::LogFlood && finding.target &&
           finding.target->path == write.path;
  });
}

}  // namespace

std::vector<Finding> disk_filling(const Profile& profile, const std::vector<Finding>& found) {
  std::vector<Finding> findings;
  for (const auto& [device, disk] : filling_disks(profile)) {
    if (disk.bytes_per_s <= 0 || is_flood_already(found, *disk.largest)) {
      continue;
    }
    const double seconds = static_cast<double>(disk.free_bytes) / disk.bytes_per_s;
    if (seconds >= kDiskFullSeconds) {
      continue;
    }
    Finding finding;
    finding.role = FindingRole::Contributing;
    finding.kind = FindingKind::DiskFilling;
    finding.workloads = {disk.largest->workload};
    finding.headline = fmt::format("{} fills the disk in {:.1f} h",
                                   workload_name(profile, disk.largest->workload), seconds / 3600);
    finding.proof = fmt::format("{:.1f} MB/s, most of it to {}", disk.bytes_per_s / 1e6,
                                displayable(disk.largest->path, kLongestPath));
    finding.confidence = kStrength;
    finding.confidence_reasons = {"at the rate of this window"};
    finding.target = FindingTarget{.kind = TargetKind::File,
                                   .address = "",
                                   .port = 0,
                                   .path = disk.largest->path,
                                   .hostname = "",
                                   .hostname_source = "",
                                   .container = ""};
    finding.evidence = {{.key = "disk_full_in",
                         .value = seconds,
                         .unit = "s",
                         .comparison = "<=",
                         .threshold = kDiskFullSeconds,
                         .source = "statfs",
                         .estimated = true,
                         .text = finding.headline}};
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace culprit
