// SPDX-License-Identifier: Apache-2.0
#include "kernel/watchpoint.h"

#include <asm/perf_regs.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace culprit {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kRingBytes = 2 * kPageBytes;  // the control page and one of data

/// PERF_SAMPLE_IP, TIME and one of REGS_USER, in the kernel's order.
struct HitRecord {
  perf_event_header header;
  std::uint64_t instruction;
  std::uint64_t time;
  std::uint64_t register_form;  // PERF_SAMPLE_REGS_ABI_NONE: no registers follow
  std::uint64_t stack_pointer;
};

WatchpointHit hit_of(const HitRecord& record) {
  const bool has_registers = record.register_form != PERF_SAMPLE_REGS_ABI_NONE;
  return {.time = from_ktime_ns(record.time),
          .instruction = record.instruction,
          .stack_pointer = has_registers ? record.stack_pointer : 0};
}

}  // namespace

Result<std::unique_ptr<Watchpoint>> Watchpoint::arm(Tid thread, std::uint64_t address) {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_BREAKPOINT;
  attributes.bp_type = HW_BREAKPOINT_RW;
  attributes.bp_addr = address;
  attributes.bp_len = HW_BREAKPOINT_LEN_8;
  attributes.sample_period = 1;
  attributes.disabled = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TIME | PERF_SAMPLE_REGS_USER;
  attributes.sample_regs_user = 1ULL << PERF_REG_X86_SP;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_MONOTONIC;
  const long descriptor =
      ::syscall(SYS_perf_event_open, &attributes, static_cast<pid_t>(thread.value()), -1, -1,
                PERF_FLAG_FD_CLOEXEC);
  if (descriptor < 0) {
    return Error::from_errno("watch a word of a thread's stack", errno);
  }
  UniqueFd event(static_cast<int>(descriptor));
  void* pages = ::mmap(nullptr, kRingBytes, PROT_READ | PROT_WRITE, MAP_SHARED, event.get(), 0);
  if (pages == MAP_FAILED) {  // NOLINT(cppcoreguidelines-pro-type-cstyle-cast): libc's macro
    return Error::from_errno("map a watchpoint's records", errno);
  }
  std::unique_ptr<Watchpoint> watchpoint(new Watchpoint(std::move(event), pages));
  if (auto armed = watchpoint->enable(); !armed) {
    return std::move(armed).error();
  }
  return watchpoint;
}

Watchpoint::~Watchpoint() {
  ::munmap(pages_, kRingBytes);
}

Status Watchpoint::enable() {
  // Enables it until it has overflowed once: a hot function must not be trapped again and again.
  if (::ioctl(event_.get(), PERF_EVENT_IOC_REFRESH, 1) != 0) {
    return Error::from_errno("arm a watchpoint", errno);
  }
  return Success{};
}

std::vector<WatchpointHit> Watchpoint::take_hits() {
  auto* control = static_cast<perf_event_mmap_page*>(pages_);
  const std::byte* data = static_cast<const std::byte*>(pages_) + kPageBytes;
  const std::uint64_t head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
  std::uint64_t tail = control->data_tail;
  std::vector<WatchpointHit> hits;
  while (head - tail >= sizeof(perf_event_header)) {
    HitRecord record{};
    auto* bytes = reinterpret_cast<std::byte*>(&record);
    for (std::size_t index = 0; index < sizeof(record) && index < head - tail; ++index) {
      bytes[index] = data[(tail + index) % kPageBytes];  // a record may lie across the end
    }
    if (record.header.size < sizeof(record.header) || record.header.size > head - tail) {
      tail = head;  // not a record: what follows cannot be read either
      break;
    }
    if (record.header.type == PERF_RECORD_SAMPLE) {
      hits.push_back(hit_of(record));
    }
    tail += record.header.size;
  }
  __atomic_store_n(&control->data_tail, tail, __ATOMIC_RELEASE);
  return hits;
}

}  // namespace culprit
