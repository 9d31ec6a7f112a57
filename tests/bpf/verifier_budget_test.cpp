// SPDX-License-Identifier: Apache-2.0
// Every object that ships loads on this kernel, within the instructions that the table allows its
// programs to cost the verifier: that is loading time on a host in trouble.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "bpf/needs_bpf.h"
#include "bpf/program_objects.h"
#include "kernel/program_statistics.h"

namespace culprit {
namespace {

/// "object program instructions" a line; # begins a comment.
std::map<std::pair<std::string, std::string>, std::uint64_t> budgets() {
  std::map<std::pair<std::string, std::string>, std::uint64_t> table;
  std::ifstream file(std::string(CULPRIT_SOURCE_DIR) + "/tests/bpf/verifier_budgets.txt");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string object;
    std::string program;
    std::uint64_t instructions = 0;
    if (words >> object >> program >> instructions) {
      table[{object, program}] = instructions;
    }
  }
  return table;
}

TEST(VerifierBudget, EveryProgramLoadsWithinItsBudget) {
  NEEDS_BPF();
  const auto table = budgets();
  std::set<std::pair<std::string, std::string>> seen;
  for (const std::string& name : object_names()) {
    const ProgramObject object = open_object(name);
    ASSERT_NE(object, nullptr) << name;
    ASSERT_EQ(bpf_object__load(object.get()), 0) << name << " does not load";
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object.get()) {
      const std::pair<std::string, std::string> key(name, bpf_program__name(program));
      seen.insert(key);
      const auto statistics = program_statistics(bpf_program__fd(program));
      ASSERT_TRUE(statistics) << statistics.error().message();
      const auto budget = table.find(key);
      ASSERT_NE(budget, table.end())
          << key.first << " " << key.second << " is not in the table; it took "
          << statistics->verified_instructions;
      // Before 5.16 the kernel does not say: 0.
      EXPECT_LE(statistics->verified_instructions, budget->second)
          << key.first << " " << key.second;
      RecordProperty(key.first + "." + key.second,
                     static_cast<int>(statistics->verified_instructions));
    }
  }
  for (const auto& [key, instructions] : table) {
    EXPECT_TRUE(seen.contains(key)) << key.first << " " << key.second << " is gone: take it out";
  }
}

}  // namespace
}  // namespace culprit
