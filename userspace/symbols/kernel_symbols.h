// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace culprit {

/// The kernel's own functions with those of its modules and BPF programs, from /proc/kallsyms.
class KernelSymbols {
 public:
  struct Symbol {
    std::string_view function;
    std::string_view module;   ///< "[kernel]", "[nf_tables]", "[bpf]"
    std::uint64_t offset = 0;  ///< from the function's start
  };

  /// The addresses of a function: begin up to, not including, end.
  struct Place {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  /// About 50 ms. Error: unreadable, or the kernel hides its addresses.
  static Result<KernelSymbols> read(const std::string& path = "/proc/kallsyms");
  /// The same from text at hand. Lines that are not understood are left out.
  static Result<KernelSymbols> parse(std::string_view text);

  /// Nothing when no function is known to hold the address. Views live as long as this.
  [[nodiscard]] std::optional<Symbol> find(InstructionAddress address) const;
  /// Where a function of the kernel itself lies; nothing when there is none of this name.
  [[nodiscard]] std::optional<Place> place_of(std::string_view function) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t address;
    std::uint32_t name;  ///< in `names_`, zero-terminated; kNotCode ends the function before it
    std::uint16_t module;
    std::uint16_t rank;  ///< of several names at one address the lowest is shown
  };

  KernelSymbols() = default;
  void add_lines(std::string_view lines);
  void add_line(std::string_view line);
  std::uint16_t module_index(std::string_view module);
  Status finish();

  std::vector<Entry> entries_;
  std::string names_;
  std::vector<std::string> modules_;
  bool has_address_ = false;
};

/// Whether a kernel function is one of those that serve soft interrupts.
bool serves_soft_interrupts(std::string_view kernel_function);

}  // namespace culprit
