// SPDX-License-Identifier: Apache-2.0
#include "bpf/program_objects.h"

#include <span>
#include <utility>

#include "abi/settings.h"
#include "abi/syscall_control.h"
#include "cpu_sampler.skel.h"
#include "process_lifecycle.skel.h"
#include "syscall_exit.skel.h"
#include "tcp_states.skel.h"

namespace culprit {
namespace {

using Bytes = std::span<const std::byte>;

template <typename Skeleton>
std::pair<std::string, Bytes> object(const char* name) {
  std::size_t size = 0;
  const void* bytes = Skeleton::elf_bytes(&size);
  return {name, Bytes(static_cast<const std::byte*>(bytes), size)};
}

const std::vector<std::pair<std::string, Bytes>>& objects() {
  static const std::vector<std::pair<std::string, Bytes>> all = {
      object<cpu_sampler>("cpu_sampler"),
      object<process_lifecycle>("process_lifecycle"),
      object<syscall_exit>("syscall_exit"),
      object<tcp_states>("tcp_states"),
  };
  return all;
}

}  // namespace

std::vector<std::string> object_names() {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : objects()) {
    names.push_back(name);
  }
  return names;
}

ProgramObject open_object(const std::string& name) {
  for (const auto& [candidate, bytes] : objects()) {
    if (candidate == name) {
      return ProgramObject(bpf_object__open_mem(bytes.data(), bytes.size(), nullptr));
    }
  }
  return nullptr;
}

}  // namespace culprit
