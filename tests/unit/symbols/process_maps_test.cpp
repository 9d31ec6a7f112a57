// SPDX-License-Identifier: Apache-2.0
#include "symbols/process_maps.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/text_file.h"
#include "symbols/file_opening.h"
#include "symbols/process_start.h"
#include "unit/symbols/child_process.h"
#include "unit/symbols/test_files.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using test::ChildProcess;

constexpr AddressSpaceId kSpace{77};
constexpr KernelTime kStart{1000s};

std::uint64_t start_of(Pid pid) {
  const auto stat = read_text_file("/proc/" + std::to_string(pid.value()) + "/stat");
  const auto ticks = stat ? start_ticks(*stat) : std::nullopt;
  return ticks.value_or(0) * 1'000'000'000U / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
}

ProcessKey key_of(Pid pid) {
  return {.pid = pid, .start_boottime_ns = start_of(pid)};
}

ExecutableMapping a_mapping(Pid pid, KernelTime time, std::uint64_t start, std::string path) {
  return {.time = time,
          .pid = pid,
          .start = start,
          .length = 0x1000,
          .file_offset = 0x2000,
          .inode = 5,
          .device_major = 99,
          .device_minor = 1,
          .path = std::move(path),
          .build_id = {}};
}

ProcessEvent an_event(ProcessEventKind kind, KernelTime time, ProcessKey process,
                      AddressSpaceId space, Pid parent = Pid(1)) {
  ProcessEvent event;
  event.time = time;
  event.kind = kind;
  event.task.process = process;
  event.task.address_space = space;
  event.parent = parent;
  return event;
}

std::string path_at(const ProcessMaps& maps, const AddressSpaceKey& key, std::uint64_t address) {
  const auto found = maps.find(key, InstructionAddress(address));
  if (!found) {
    return "nothing";
  }
  return found->kind == MappingKind::File ? maps.files().path(found->file) : "no file";
}

/// The first executable mapping of a file whose path ends so, of a living process.
MapsLine mapping_of_living(Pid pid, const std::string& text, std::string_view ending) {
  for (const MapsLine& line : executable_mappings(text, 1000)) {
    if (line.path.ends_with(ending)) {
      return line;
    }
  }
  ADD_FAILURE() << "process " << pid.value() << " does not map " << ending;
  return {};
}

TEST(ProcessMaps, FindsFilesOfALivingProcessAndKeepsThemAfterItsEnd) {
  auto child = ChildProcess::program({"sleep", "60"});
  const auto text = read_text_file("/proc/" + std::to_string(child.pid().value()) + "/maps");
  ASSERT_TRUE(text);
  const MapsLine line = mapping_of_living(child.pid(), *text, "/sleep");
  ProcessMaps maps;
  const AddressSpaceKey key{.process = key_of(child.pid()), .id = kSpace};
  maps.note_process(key.process, key.id);
  EXPECT_EQ(maps.missed_processes(), 0U);
  child.end();
  const auto found = maps.find(key, InstructionAddress(line.start + 5));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, MappingKind::File);
  EXPECT_EQ(found->offset, line.file_offset + 5);
  EXPECT_GE(maps.files().descriptor(found->file), 0);
  EXPECT_GE(maps.root_descriptor(key), 0);
  EXPECT_EQ(path_at(maps, key, 16), "nothing");
}

TEST(ProcessMaps, DoesNotTakeANumberForAProcess) {
  auto child = ChildProcess::program({"sleep", "60"});
  ProcessMaps maps;
  ProcessKey other = key_of(child.pid());
  other.start_boottime_ns += 5'000'000'000U;
  maps.note_process(other, kSpace);
  EXPECT_EQ(maps.missed_processes(), 1U);
  EXPECT_EQ(maps.files().open_count(), 0U);
}

TEST(ProcessMaps, OpensADeletedFile) {
  const test::ScratchDirectory directory;
  const std::string program = directory.path_of("victim");
  std::filesystem::copy_file("/bin/sleep", program);
  auto child = ChildProcess::program({program, "60"});
  std::filesystem::remove(program);
  ProcessMaps maps;
  maps.note_process(key_of(child.pid()), kSpace);
  const auto text = read_text_file("/proc/" + std::to_string(child.pid().value()) + "/maps");
  const MapsLine line = mapping_of_living(child.pid(), *text, "/victim (deleted)");
  const auto found =
      maps.find({.process = key_of(child.pid()), .id = kSpace}, InstructionAddress(line.start));
  ASSERT_TRUE(found);
  EXPECT_EQ(maps.files().path(found->file), program);
  if (::geteuid() == 0) {
    EXPECT_GE(maps.files().descriptor(found->file), 0);
  }
}

TEST(ProcessMaps, SharesFilesAndBoundsHowManyAreOpen) {
  auto one = ChildProcess::program({"sleep", "60"});
  auto two = ChildProcess::program({"sleep", "60"});
  ProcessMaps maps;
  maps.note_process(key_of(one.pid()), kSpace);
  const std::size_t open = maps.files().open_count();
  EXPECT_GE(open, 2U);
  maps.note_process(key_of(two.pid()), kSpace);
  EXPECT_EQ(maps.files().open_count(), open);
  ProcessMaps narrow({.open_files = 1});
  narrow.note_process(key_of(one.pid()), kSpace);
  EXPECT_EQ(narrow.files().open_count(), 1U);
}

TEST(ProcessMaps, KnowsAnonymousCodeAndTheVdso) {
  void* code = ::mmap(nullptr, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(code, MAP_FAILED);
  ProcessMaps maps;
  const AddressSpaceKey self{.process = key_of(Pid(static_cast<std::uint32_t>(::getpid()))),
                             .id = kSpace};
  maps.note_process(self.process, self.id);
  const auto found =
      maps.find(self, InstructionAddress(reinterpret_cast<std::uint64_t>(code) + 4097));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, MappingKind::Anonymous);
  ::munmap(code, 8192);
}

TEST(ProcessMaps, UsesMappingEventsOfAProcessThatWasNeverSeenAlive) {
  ProcessMaps maps;
  const ProcessKey process{.pid = Pid(4'000'000), .start_boottime_ns = 1};
  maps.accept(a_mapping(process.pid, kStart, 0x10000, "/app/short"));
  const AddressSpaceKey key{.process = process, .id = kSpace};
  maps.note_process(process, kSpace);
  EXPECT_EQ(path_at(maps, key, 0x10010), "/app/short");
  EXPECT_EQ(maps.find(key, InstructionAddress(0x10010))->offset, 0x2010U);
  EXPECT_EQ(path_at(maps, key, 0x11000), "nothing");
}

TEST(ProcessMaps, TellsImagesApartByTheirExecutions) {
  ProcessMaps maps;
  const ProcessKey process{.pid = Pid(4'000'000), .start_boottime_ns = 1};
  const AddressSpaceKey shell{.process = process, .id = AddressSpaceId(1)};
  const AddressSpaceKey tool{.process = process, .id = AddressSpaceId(2)};
  // The same fixed address in both, as programs without PIE have it; in any order of arrival.
  maps.accept(a_mapping(process.pid, kStart + 999ms, 0x400000, "/bin/tool"));
  maps.accept(a_mapping(process.pid, kStart, 0x400000, "/bin/shell"));
  maps.accept(an_event(ProcessEventKind::Exec, kStart + 1ms, process, shell.id));
  maps.accept(an_event(ProcessEventKind::Exec, kStart + 1s, process, tool.id));
  EXPECT_EQ(path_at(maps, shell, 0x400010), "/bin/shell");
  EXPECT_EQ(path_at(maps, tool, 0x400010), "/bin/tool");
}

TEST(ProcessMaps, MovesWhatWasReadToTheImageItBelongsTo) {
  auto child = ChildProcess::program({"sleep", "60"});
  ProcessMaps maps;
  const ProcessKey process = key_of(child.pid());
  const AddressSpaceKey before{.process = process, .id = AddressSpaceId(1)};
  const AddressSpaceKey after{.process = process, .id = AddressSpaceId(2)};
  // The sample of the old image was handled when the new one already ran.
  const KernelTime executed = std::chrono::steady_clock::now();
  maps.note_process(process, before.id);
  maps.accept(an_event(ProcessEventKind::Exec, executed, process, after.id));
  const auto text = read_text_file("/proc/" + std::to_string(child.pid().value()) + "/maps");
  const MapsLine line = mapping_of_living(child.pid(), *text, "/sleep");
  EXPECT_EQ(path_at(maps, before, line.start), "nothing");
  EXPECT_EQ(path_at(maps, after, line.start), line.path);
}

TEST(ProcessMaps, LetsForkedChildrenInheritAndExecutedOnesNot) {
  ProcessMaps maps;
  const ProcessKey parent{.pid = Pid(4'000'000), .start_boottime_ns = 1};
  const ProcessKey child{.pid = Pid(4'000'001), .start_boottime_ns = 2};
  maps.accept(an_event(ProcessEventKind::Exec, kStart, parent, AddressSpaceId(1)));
  maps.accept(a_mapping(parent.pid, kStart, 0x10000, "/bin/shell"));
  maps.accept(an_event(ProcessEventKind::Fork, kStart + 1s, child, AddressSpaceId(2), parent.pid));
  EXPECT_EQ(path_at(maps, {.process = child, .id = AddressSpaceId(2)}, 0x10000), "/bin/shell");
  maps.accept(an_event(ProcessEventKind::Exec, kStart + 2s, child, AddressSpaceId(3)));
  EXPECT_EQ(path_at(maps, {.process = child, .id = AddressSpaceId(3)}, 0x10000), "nothing");
}

TEST(ProcessMaps, ForgetsTheEnded) {
  ProcessMaps maps;
  const ProcessKey process{.pid = Pid(4'000'000), .start_boottime_ns = 1};
  const AddressSpaceKey key{.process = process, .id = kSpace};
  maps.accept(an_event(ProcessEventKind::Exec, kStart, process, kSpace));
  maps.accept(a_mapping(process.pid, kStart, 0x10000, "/bin/shell"));
  maps.accept(an_event(ProcessEventKind::Exit, kStart + 1s, process, kSpace));
  maps.forget_ended_before(kStart + 1s);
  EXPECT_EQ(path_at(maps, key, 0x10000), "/bin/shell");
  maps.forget_ended_before(kStart + 2s);
  EXPECT_EQ(path_at(maps, key, 0x10000), "nothing");
}

TEST(ProcessMaps, BoundsWhatItKeeps) {
  ProcessMaps maps({.address_spaces = 10, .events_per_pid = 4});
  for (std::uint32_t number = 1; number <= 50; ++number) {
    const ProcessKey process{.pid = Pid(4'000'000 + number), .start_boottime_ns = 1};
    maps.accept(an_event(ProcessEventKind::Exec, kStart, process, AddressSpaceId(number)));
  }
  EXPECT_EQ(maps.dropped(), 40U);
  for (std::uint64_t number = 0; number < 10; ++number) {
    maps.accept(a_mapping(Pid(4'000'050), kStart, number << 16U, "/lib/x"));
  }
  EXPECT_EQ(maps.dropped(), 46U);
}

class FileOpening : public testing::Test {
 protected:
  FileOpening() : root_(::open(directory_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

  Result<UniqueFd> open_in_root(const std::string& path) {
    return open_regular_in_root(root_.get(), path);
  }

  test::ScratchDirectory directory_;
  UniqueFd root_;
};

TEST_F(FileOpening, OpensRegularFilesOnly) {
  test::write_file(directory_.path_of("file"), "content");
  ASSERT_EQ(::mkfifo(directory_.path_of("fifo").c_str(), 0600), 0);
  EXPECT_TRUE(open_in_root("/file"));
  EXPECT_FALSE(open_in_root("/fifo"));  // and does not wait for a writer
  EXPECT_FALSE(open_in_root("/"));
  EXPECT_FALSE(open_in_root("/absent"));
  EXPECT_FALSE(open_regular_behind(root_.get(), "fifo"));
  if (::mknod(directory_.path_of("device").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0) {
    EXPECT_FALSE(open_in_root("/device"));
  }
}

TEST_F(FileOpening, FollowsLinksOnlyInsideTheRoot) {
  test::write_file(directory_.path_of("file"), "content");
  std::filesystem::create_symlink("/file", directory_.path_of("inside"));
  std::filesystem::create_symlink("/etc/passwd", directory_.path_of("outside"));
  std::filesystem::create_symlink("../../../../etc/passwd", directory_.path_of("upwards"));
  EXPECT_TRUE(open_in_root("/inside"));
  EXPECT_FALSE(open_in_root("/outside"));
  EXPECT_FALSE(open_in_root("/upwards"));
  EXPECT_FALSE(open_in_root("/../../../../etc/passwd"));
}

}  // namespace
}  // namespace culprit
