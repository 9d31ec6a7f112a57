// SPDX-License-Identifier: Apache-2.0
#include "kernel_btf.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/display_text.h"
#include "base/unique_fd.h"

namespace culprit {
namespace {

constexpr const char* kOwnBtf = "/sys/kernel/btf/vmlinux";

/// Raw BTF begins with 0xEB9F in the machine's order, an ELF file with a .BTF section with its own
/// four bytes.
Status looks_like_btf(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) {
    return Error::from_errno("open " + displayable(path), errno);
  }
  std::array<unsigned char, 4> head{};
  if (::read(file.get(), head.data(), head.size()) != static_cast<ssize_t>(head.size())) {
    return Error(displayable(path) + " is too short to describe a kernel");
  }
  constexpr std::array<unsigned char, 4> kElf = {0x7F, 'E', 'L', 'F'};
  const bool raw = head[0] == 0x9F && head[1] == 0xEB;
  if (!raw && !std::ranges::equal(head, kElf)) {
    return Error(displayable(path) + " is neither BTF nor a kernel image with BTF");
  }
  return Success{};
}

}  // namespace

std::string kernel_release() {
  utsname names{};
  return ::uname(&names) == 0 ? std::string(static_cast<const char*>(names.release))
                              : std::string();
}

std::vector<std::string> btf_search_paths(const std::string& release, const std::string& root) {
  if (release.empty() || release.find('/') != std::string::npos) {
    return {};
  }
  return {root + "/boot/vmlinux-" + release,
          root + "/lib/modules/" + release + "/vmlinux",
          root + "/lib/modules/" + release + "/vmlinux-" + release,
          root + "/lib/modules/" + release + "/build/vmlinux",
          root + "/usr/lib/modules/" + release + "/kernel/vmlinux",
          root + "/usr/lib/debug/boot/vmlinux-" + release,
          root + "/usr/lib/debug/boot/vmlinux-" + release + ".debug",
          root + "/usr/lib/debug/lib/modules/" + release + "/vmlinux"};
}

Result<KernelBtf> find_kernel_btf(const std::string& given_file, const std::string& release,
                                  const std::string& root) {
  const bool in_kernel = ::access((root + kOwnBtf).c_str(), R_OK) == 0;
  if (!given_file.empty()) {
    if (auto usable = looks_like_btf(given_file); !usable) {
      return std::move(usable).error().within("--btf");
    }
    return KernelBtf{.in_kernel = in_kernel, .file = given_file};
  }
  if (in_kernel) {
    return KernelBtf{.in_kernel = true, .file = {}};
  }
  for (const std::string& path : btf_search_paths(release, root)) {
    if (looks_like_btf(path)) {
      return KernelBtf{.in_kernel = false, .file = path};
    }
  }
  return Error(
      "this kernel does not describe itself (no BTF in /sys/kernel/btf/vmlinux): give a "
      "description with "
      "--btf FILE; type: culprit doctor --explain-btf");
}

}  // namespace culprit
