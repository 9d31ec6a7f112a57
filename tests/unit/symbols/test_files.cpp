// SPDX-License-Identifier: Apache-2.0
#include "unit/symbols/test_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace culprit::test {

ScratchDirectory::ScratchDirectory() {
  std::string path = (std::filesystem::temp_directory_path() / "culprit-symbols-XXXXXX").string();
  path_ = ::mkdtemp(path.data());
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::string& path, std::span<const std::byte> content) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700));
  ASSERT_TRUE(file.valid());
  ASSERT_EQ(::write(file.get(), content.data(), content.size()),
            static_cast<ssize_t>(content.size()));
}

void write_file(const std::string& path, std::string_view content) {
  write_file(path, std::as_bytes(std::span(content)));
}

UniqueFd open_for_reading(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::string output_of(const std::vector<std::string>& command) {
  const ScratchDirectory directory;
  const std::string printed = directory.path_of("output");
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, printed.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t pid = -1;
  const int failure =
      posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (failure != 0 || ::waitpid(pid, &status, 0) != pid || status != 0) {
    return {};
  }
  std::ifstream file(printed);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void compile(std::string_view source, const std::string& path,
             const std::vector<std::string>& options) {
  const std::string source_path = path + ".cpp";
  write_file(source_path, source);
  std::vector<std::string> command = {"c++", "-O2", "-o", path, source_path};
  command.insert(command.end(), options.begin(), options.end());
  output_of(command);
  ASSERT_TRUE(std::filesystem::exists(path)) << "not compiled: " << path;
}

}  // namespace culprit::test
