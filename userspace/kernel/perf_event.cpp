// SPDX-License-Identifier: Apache-2.0
#include "kernel/perf_event.h"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <string_view>

#include "base/text_file.h"

namespace culprit {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kDataPages = 32;  // a power of two; 1,000 mapping records
constexpr std::size_t kDataBytes = kDataPages * kPageBytes;

Result<UniqueFd> open_event(perf_event_attr& attributes, CpuId cpu) {
  attributes.size = sizeof(attributes);
  const long descriptor = ::syscall(SYS_perf_event_open, &attributes, -1,
                                    static_cast<int>(cpu.value()), -1, PERF_FLAG_FD_CLOEXEC);
  if (descriptor < 0) {
    return Error::from_errno("open a perf event", errno);
  }
  return UniqueFd(static_cast<int>(descriptor));
}

}  // namespace

Result<std::vector<CpuId>> online_cpus() {
  auto text = read_text_file("/sys/devices/system/cpu/online");
  if (!text) {
    return std::move(text).error().within("find the CPUs that are online");
  }
  std::vector<CpuId> cpus;
  const char* position = text->data();
  const char* end = position + text->size();
  while (position < end) {
    std::uint32_t first = 0;
    auto parsed = std::from_chars(position, end, first);
    if (parsed.ec != std::errc{}) {
      break;
    }
    std::uint32_t last = first;
    if (parsed.ptr < end && *parsed.ptr == '-') {
      parsed = std::from_chars(parsed.ptr + 1, end, last);
    }
    for (std::uint32_t cpu = first; cpu <= last; ++cpu) {
      cpus.emplace_back(cpu);
    }
    position = parsed.ptr + 1;
  }
  if (cpus.empty()) {
    return Error("/sys/devices/system/cpu/online names no CPU");
  }
  return cpus;
}

Result<UniqueFd> open_sampling_event(CpuId cpu, SamplingClock clock, double frequency_hz) {
  perf_event_attr attributes{};
  attributes.disabled = 1;
  if (clock == SamplingClock::CpuClock) {
    // A fixed period, not a frequency to be reached: what should have come can then be computed.
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_CPU_CLOCK;
    attributes.sample_period = static_cast<std::uint64_t>(1e9 / frequency_hz);
  } else {
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.config = PERF_COUNT_HW_CPU_CYCLES;
    attributes.freq = 1;
    attributes.sample_freq = static_cast<std::uint64_t>(frequency_hz);
  }
  return open_event(attributes, cpu);
}

Result<std::unique_ptr<PerfRecordReader>> PerfRecordReader::open(CpuId cpu) {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.disabled = 1;
  attributes.mmap = 1;
  attributes.mmap2 = 1;
  // No build_id: it comes instead of device and inode, by which files are known and opened.
  attributes.sample_id_all = 1;
  attributes.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME;
  attributes.use_clockid = 1;
  attributes.clockid = CLOCK_MONOTONIC;
  attributes.watermark = 1;
  attributes.wakeup_watermark = kDataBytes / 4;
  auto event = open_event(attributes, cpu);
  if (!event) {
    return std::move(event).error();
  }
  void* pages =
      ::mmap(nullptr, kPageBytes + kDataBytes, PROT_READ | PROT_WRITE, MAP_SHARED, event->get(), 0);
  if (pages == MAP_FAILED) {  // NOLINT(cppcoreguidelines-pro-type-cstyle-cast): libc's macro
    return Error::from_errno("map a perf event's records", errno);
  }
  return std::unique_ptr<PerfRecordReader>(new PerfRecordReader(std::move(*event), pages));
}

PerfRecordReader::~PerfRecordReader() {
  ::munmap(pages_, kPageBytes + kDataBytes);
}

Status PerfRecordReader::enable() {
  if (::ioctl(event_.get(), PERF_EVENT_IOC_ENABLE, 0) != 0) {
    return Error::from_errno("enable a perf event", errno);
  }
  return Success{};
}

void PerfRecordReader::drain(const std::function<void(std::span<const std::byte>)>& handle) {
  auto* control = static_cast<perf_event_mmap_page*>(pages_);
  const std::byte* data = static_cast<const std::byte*>(pages_) + kPageBytes;
  const std::uint64_t head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
  std::uint64_t tail = control->data_tail;
  while (tail < head) {
    const std::size_t offset = tail % kDataBytes;
    perf_event_header header{};
    std::memcpy(&header, data + offset, sizeof(header));  // records are 8-byte aligned
    if (header.size < sizeof(header) || header.size > head - tail) {
      tail = head;  // not a record: what follows cannot be read either
      break;
    }
    if (offset + header.size <= kDataBytes) {
      handle({data + offset, header.size});
    } else {
      const std::size_t first = kDataBytes - offset;
      wrapped_.assign(data + offset, data + kDataBytes);
      wrapped_.insert(wrapped_.end(), data, data + (header.size - first));
      handle(wrapped_);
    }
    tail += header.size;
  }
  __atomic_store_n(&control->data_tail, tail, __ATOMIC_RELEASE);
}

}  // namespace culprit
