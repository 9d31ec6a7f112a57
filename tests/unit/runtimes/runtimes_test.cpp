// SPDX-License-Identifier: Apache-2.0
// A runtime of three lines, whose process is this test: what is asked of whom, and when.
#include "runtimes/runtimes.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <string>

#include "abi/runtime_space.h"
#include "symbols/symbol_worker.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::byte>;

constexpr std::uint32_t kBit = 1U << 9U;

/// What a frame of the runtime points to.
const std::string& function_name() {
  static const std::string name = "a_function_of_this_process_that_no_symbol_table_knows";
  return name;
}

Bytes bytes_of(std::uint64_t number) {
  Bytes bytes(sizeof number);
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

Result<Bytes> text_at(const ByteSource& memory, std::span<const std::byte> question) {
  std::uint64_t address = 0;
  if (question.size() != sizeof address) {
    return Error("an odd question");
  }
  std::memcpy(&address, question.data(), sizeof address);
  Bytes text(function_name().size());
  if (!memory.read(address, text)) {
    return Error("no text is there");
  }
  return text;
}

class Language : public Runtime {
 public:
  struct Log {
    int entered = 0;
    int too_young = 0;  ///< enter() fails so many times
    int left = 0;
    int named = 0;
  };
  explicit Language(Log& log) : log_(log) {}

  Status enter(const RuntimeProcess& process, std::span<const std::byte> facts) override {
    if (log_.too_young-- > 0) {
      return Error("version 9 is not known");
    }
    EXPECT_EQ(facts.size(), 8U);
    ++log_.entered;
    return process.put("language_processes", facts);
  }

  std::vector<FrameNames> name(const RuntimeProcess& process,
                               std::span<const RawFrame> frames) override {
    std::vector<FrameNames> names;
    for (const RawFrame& frame : frames) {
      ++log_.named;
      const auto text = process.ask(bytes_of(frame.address.value()));
      FrameNames& answer = names.emplace_back();
      if (text) {
        std::string function(text->size(), ' ');
        std::memcpy(function.data(), text->data(), text->size());
        answer.push_back({.function = function, .line = frame.extra, .kind = FrameKind::Python});
      }
    }
    return names;
  }

  void leave(const AddressSpaceKey&) override { ++log_.left; }

 private:
  Log& log_;
};

class RuntimesTest : public testing::Test {
 protected:
  RuntimesTest() {
    kinds_.push_back(
        {.name = "language",
         .kernel_bit = kBit,
         .frame_kinds = {FrameKind::Python},
         .may_be = [](std::string_view path, bool) { return path.ends_with("runtimes_test"); },
         .read_file = [](const ByteSource&, std::span<const std::byte>) -> Result<Bytes> {
           return bytes_of(7);
         },
         .read_memory = text_at,
         .make = [this] { return std::make_unique<Language>(log_); }});
    SymbolWorkerSettings settings;
    settings.conditions.readers = RuntimeWorker::readers(kinds_);
    auto worker = SymbolWorker::start(settings);
    EXPECT_TRUE(worker);
    worker_ = *std::move(worker);
    maps_.note_process(space_.process, space_.id);
    runtimes_ = std::make_unique<Runtimes>(
        RuntimeWorker(&*worker_), maps_,
        Runtimes::Sides{
            .put = [this](const AddressSpaceKey&, const char* map,
                          std::span<const std::byte> value) -> Status {
              kernel_[map].assign(value.begin(), value.end());
              return Success{};
            },
            .drop = [this](const AddressSpaceKey&, const char* map) { kernel_.erase(map); }},
        Runtimes::Limits{.settle_time = 20s}, kinds_);
  }

  void sample(StackHash stack) {
    runtimes_->sampled(space_, stack, std::chrono::steady_clock::now());
    runtimes_->settle();
  }

  static RawStack stack_of(StackHash hash, std::vector<RawFrame> frames) {
    return {.hash = hash, .end = StackEnd::Complete, .frames = std::move(frames)};
  }

  static RawFrame frame_at(const void* address, std::uint32_t line) {
    return {.address = InstructionAddress(reinterpret_cast<std::uintptr_t>(address)),
            .extra = line,
            .kind = FrameKind::Python};
  }

  AddressSpaceKey space_{.process = {.pid = Pid(static_cast<std::uint32_t>(::getpid()))},
                         .id = AddressSpaceId(1)};
  Language::Log log_;
  std::vector<RuntimeKind> kinds_;
  std::map<std::string, Bytes> kernel_;
  ProcessMaps maps_;
  std::optional<SymbolWorker> worker_;
  std::unique_ptr<Runtimes> runtimes_;
};

TEST_F(RuntimesTest, TellsTheKernelPartOfAProcess) {
  sample(StackHash(1));
  EXPECT_EQ(log_.entered, 1);
  ASSERT_TRUE(kernel_.contains("runtime_spaces"));
  culprit_runtime_space space{};
  std::memcpy(&space, kernel_["runtime_spaces"].data(), sizeof space);
  EXPECT_EQ(space.runtimes, kBit);
  EXPECT_EQ(kernel_["language_processes"], bytes_of(7));
  sample(StackHash(1));
  EXPECT_EQ(log_.entered, 1);
}

TEST_F(RuntimesTest, NamesEachFrameOnce) {
  const RawFrame frame = frame_at(function_name().data(), 11);
  sample(StackHash(1));
  runtimes_->accept(stack_of(StackHash(2), {frame, frame}));
  sample(StackHash(2));
  sample(StackHash(2));
  EXPECT_EQ(log_.named, 1);
  const FrameNames names = runtimes_->names(frame, space_);
  ASSERT_EQ(names.size(), 1U);
  EXPECT_EQ(names[0].function, function_name());
  EXPECT_EQ(names[0].line, 11U);
}

TEST_F(RuntimesTest, NamesFramesWhoseStackCameAfterItsSample) {
  const RawFrame frame = frame_at(function_name().data(), 3);
  sample(StackHash(1));
  sample(StackHash(2));
  runtimes_->accept(stack_of(StackHash(2), {frame}));
  sample(StackHash(2));
  EXPECT_EQ(runtimes_->names(frame, space_).size(), 1U);
}

TEST_F(RuntimesTest, CountsFramesThatMemoryDoesNotName) {
  sample(StackHash(1));
  runtimes_->accept(stack_of(StackHash(2), {frame_at(nullptr, 1)}));
  sample(StackHash(2));
  const auto losses = runtimes_->take_losses(std::chrono::steady_clock::now());
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].cause, "runtime_frames_unread");
  EXPECT_EQ(losses[0].count, 1U);
}

TEST_F(RuntimesTest, AsksAYoungProcessAgain) {
  log_.too_young = 1;
  sample(StackHash(1));
  EXPECT_EQ(log_.entered, 0);
  EXPECT_TRUE(runtimes_->limits().empty());
  while (log_.entered == 0) {
    ::usleep(20'000);
    sample(StackHash(1));
  }
  EXPECT_TRUE(runtimes_->limits().empty());
}

TEST_F(RuntimesTest, SaysWhatCannotBeRead) {
  log_.too_young = 1000;
  while (runtimes_->limits().empty()) {
    sample(StackHash(1));
    ::usleep(50'000);
  }
  EXPECT_EQ(runtimes_->limits(), std::vector<std::string>{"language: version 9 is not known"});
  EXPECT_FALSE(kernel_.contains("runtime_spaces"));
}

TEST_F(RuntimesTest, ForgetsAProcessThatEnds) {
  sample(StackHash(1));
  runtimes_->accept(ProcessEvent{.kind = ProcessEventKind::Exit,
                                 .task = {.process = space_.process, .address_space = space_.id}});
  EXPECT_EQ(log_.left, 1);
  EXPECT_FALSE(kernel_.contains("runtime_spaces"));
}

}  // namespace
}  // namespace culprit
