// SPDX-License-Identifier: Apache-2.0
#include "runtimes/runtime_worker.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/unique_fd.h"
#include "runtimes/jit/jit_reader.h"
#include "symbols/process_start.h"
#include "symbols/symbol_worker.h"

namespace culprit {
namespace {

/// Files are numbered from 0 on, below this.
constexpr std::uint32_t kProcessMark = 1U << 31U;

/// The readers: first that of JIT names, then two for each runtime.
constexpr std::uint32_t kJitReader = 0;
constexpr std::uint32_t kFirstReader = 1;

/// A question takes a millisecond; one that came late is paid for by the next round.
constexpr std::chrono::milliseconds kLeastTime{20};
/// A file is read once for all processes that map it; its tables of symbols may be long.
constexpr std::chrono::milliseconds kFileTime{400};

/// Holds the address space's structure, not its pages: reading ends with the process.
Result<UniqueFd> open_memory(const std::string& proc, ProcessKey process) {
  const std::string path = proc + "/" + std::to_string(process.pid.value());
  const UniqueFd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || !started_at(directory.get(), process.start_boottime_ns)) {
    return Error("the process has ended");
  }
  UniqueFd memory(::openat(directory.get(), "mem", O_RDONLY | O_CLOEXEC));
  if (!memory.valid()) {
    return Error::from_errno("read a process's memory", errno);
  }
  return memory;
}

}  // namespace

FileReaders RuntimeWorker::readers(const std::vector<RuntimeKind>& kinds) {
  FileReaders readers{read_jit_names};
  for (const RuntimeKind& kind : kinds) {
    readers.push_back(kind.read_file);
    readers.push_back(kind.read_memory);
  }
  return readers;
}

Result<std::vector<std::byte>> RuntimeWorker::read_file(std::size_t runtime, FileId file,
                                                        int descriptor) {
  if (descriptor < 0) {
    return Error("the file is not open any more");
  }
  return ask(kFirstReader + static_cast<std::uint32_t>(runtime) * 2, file.value(), descriptor,
             false, {});
}

Result<std::vector<std::byte>> RuntimeWorker::read_memory(std::size_t runtime,
                                                          const AddressSpaceKey& space,
                                                          std::span<const std::byte> question) {
  const auto memory = open_memory(proc_, space.process);
  if (!memory) {
    return memory.error();
  }
  return ask(kFirstReader + static_cast<std::uint32_t>(runtime) * 2 + 1,
             kProcessMark | space.process.pid.value(), memory->get(), true, question);
}

Result<std::vector<std::byte>> RuntimeWorker::read_jit(Pid pid, int file,
                                                       std::span<const std::byte> question) {
  return ask(kJitReader, kProcessMark | pid.value(), file, false, question);
}

Result<std::vector<std::byte>> RuntimeWorker::ask(std::uint32_t reader, std::uint32_t subject,
                                                  int descriptor, bool memory,
                                                  std::span<const std::byte> question) {
  if (worker_ == nullptr) {
    return Error("there is no process to read it in");
  }
  if (banned_.contains(subject)) {
    return Error("its content has killed the process that reads it");
  }
  const KernelTime deadline =
      std::max(deadline_, std::chrono::steady_clock::now() + (memory ? kLeastTime : kFileTime));
  for (;;) {
    ReadQuery query{.id = 0,
                    .file = subject,
                    .reader = reader,
                    .source = memory ? ReadSource::ProcessMemory : ReadSource::File};
    query.question.assign(question.begin(), question.end());
    ReadResult read = worker_->read_file(std::move(query), descriptor, deadline);
    if (read.outcome == AskOutcome::FileIsToBlame && read.file != subject) {
      continue;  // something asked for earlier; this has not been read yet
    }
    if (read.outcome == AskOutcome::FileIsToBlame) {
      banned_.insert(subject);
    }
    if (read.outcome != AskOutcome::Answered) {
      return Error(read.why, read.outcome == AskOutcome::NotInTime ? EAGAIN : 0);
    }
    if (!read.error.empty()) {
      return Error(read.error);
    }
    return std::move(read.content);
  }
}

}  // namespace culprit
