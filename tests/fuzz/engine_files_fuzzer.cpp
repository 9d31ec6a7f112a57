// SPDX-License-Identifier: Apache-2.0
// Any bytes as the files and the names that engines and Kubernetes leave on disk. Docker keeps two
// files of a container: what follows a zero byte is the second.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "containers/engine_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\0');
  const std::string_view first = text.substr(0, end);
  const std::string_view second =
      end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  (void)culprit::parse_docker_files(first, second);
  (void)culprit::parse_oci_config(first);
  (void)culprit::parse_storage_list(first);
  (void)culprit::parse_pod_log_folder(first);
  (void)culprit::parse_container_log_link(first);
  (void)culprit::parse_engine_time(first);
  const std::string root = culprit::parse_docker_data_root(first);
  if (!root.empty() && root.front() != '/') {
    __builtin_trap();
  }
  return 0;
}
