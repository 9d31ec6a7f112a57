// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aggregation/call_tree.h"
#include "aggregation/second_counts.h"
#include "base/ids.h"
#include "containers/container.h"
#include "samples/activity.h"
#include "samples/call_watch.h"
#include "samples/usage.h"

namespace culprit {

/// Index of a workload in Profile::workloads.
using WorkloadIndex = StrongId<struct WorkloadIndexTag, std::uint32_t>;

struct HostFacts {
  std::string name;
  std::string boot_id;
  std::string kernel;
  std::uint32_t cpus = 0;
  std::uint64_t memory_bytes = 0;
};

/// What was observed, when and how finely.
struct Window {
  std::chrono::system_clock::time_point start;
  KernelTime start_time;
  std::chrono::nanoseconds duration{0};
  double frequency_hz = 0;
  std::string clock;      ///< "cpu-clock" or "cycles"
  bool filtered = false;  ///< only chosen containers were sampled, and nothing of the kernel's own
};

/// Cores (CPU seconds per second) of the whole host over the window; they add up to `cpus`.
struct CpuCores {
  double user = 0, system = 0, softirq = 0, irq = 0, iowait = 0, steal = 0, guest = 0, idle = 0;

  [[nodiscard]] double busy() const { return user + system + softirq + irq + guest; }
};

/// One thread's life inside the window. Sorted by samples, most first.
/// One call of a thread that was watched: did it come back?
struct WatchedCall {
  std::vector<FrameId> path;  ///< outermost first; the last one is the call's function
  CallEnd end = CallEnd::NotYet;
  std::chrono::nanoseconds watched{0};  ///< until it was last seen, or returned
  bool callees_returned = false;        ///< all that it had called came back meanwhile
};

struct ThreadProfile {
  ProcessKey process;
  Tid tid;
  std::string comm;  ///< displayable
  WorkloadIndex workload;
  std::uint64_t samples = 0;
  std::uint64_t kernel_samples = 0;  ///< of these, in a system call or fault
  std::map<std::int32_t, std::uint64_t> samples_in_syscall;  ///< by number
  std::vector<std::uint32_t> samples_per_second;             ///< index: second of the window
  /// Between the thread's first and last sample in the window, and what it did in between.
  KernelTime first_sample, last_sample;
  std::chrono::nanoseconds runtime{0}, run_queue{0};
  std::uint64_t voluntary_switches = 0, forced_switches = 0, major_faults = 0;
  std::uint64_t write_calls = 0, read_calls = 0;
  /// By any kind of file; what is received from sockets only when read() does it.
  std::uint64_t written_bytes = 0, read_bytes = 0;
  CallTree calls;
  /// Paths (outermost first) under which this thread or its siblings were seen to sleep; may be
  /// empty.
  std::vector<std::vector<FrameId>> sleeping_paths;
  std::vector<WatchedCall> watched_calls;  ///< outermost first
  bool kernel_thread = false;
};

struct ProcessProfile {
  ProcessKey key;
  Pid parent;
  std::optional<std::uint32_t> inner_pid;  ///< pid inside the container's namespace
  std::string comm, executable;            ///< displayable
  std::string command_line;                ///< displayable and redacted
  WorkloadIndex workload;
  std::optional<std::chrono::system_clock::time_point> started_at;
  std::chrono::nanoseconds age{0};           ///< at the window's end
  std::chrono::nanoseconds lifetime_cpu{0};  ///< user and system since its start, 0 when unknown
  std::string runtime;                       ///< "python", "node", "java", "go" or empty
};

/// System calls of one process by name and outcome over the window.
struct SyscallActivity {
  Pid pid;
  Tid tid;
  WorkloadIndex workload;
  std::uint32_t number = 0;
  bool compat = false;
  std::string name;         ///< "epoll_wait"; "syscall_<n>" when not known
  std::uint16_t error = 0;  ///< errno
  bool returned_zero = false;
  std::uint64_t count = 0;
};

/// Attempts of one workload's processes to reach one destination.
struct ConnectActivity {
  WorkloadIndex workload;
  std::vector<Pid> pids;
  Endpoint endpoint;
  std::string hostname;         ///< displayable, may be empty
  std::string hostname_source;  ///< "dns" when seen being asked for
  std::map<ConnectOutcome, std::uint64_t> outcomes;
  std::vector<std::uint32_t> attempts_per_second, failures_per_second;
  std::map<std::uint16_t, std::uint64_t> errors;
  std::array<std::uint64_t, kGapBuckets> gaps{};
  std::chrono::nanoseconds latency_sum{0};
  KernelTime first, last;
  CallTree calls;  ///< of the connect calls, weighted by attempts
  /// Who listens there on this host, when anybody does.
  std::optional<WorkloadIndex> listener;
};

struct ExchangeActivity {
  WorkloadIndex workload;
  Pid pid;
  Tid tid;
  Endpoint endpoint;
  bool client = false;
  std::uint64_t exchanges = 0, same_sizes = 0, sent_bytes = 0, received_bytes = 0;
  std::uint32_t request_bytes = 0, response_bytes = 0;
  std::vector<std::uint32_t> exchanges_per_second;
  CallTree calls;
  std::optional<WorkloadIndex> listener;
};

/// What kind of place a written file object is, as far as floods care.
enum class WriteTarget : std::uint8_t {
  File,
  Stdout,
  Stderr,
  Pipe,
  Journal,
  Syslog,
  Tcp,
  Udp,
  UnixSocket,
  Terminal,
  Other
};

/// What one workload's processes wrote to one file object.
struct WriteActivity {
  WorkloadIndex workload;
  std::vector<Pid> pids;
  WriteTarget target = WriteTarget::Other;
  std::string path;  ///< displayable; as the process sees it; may be empty
  std::uint64_t inode = 0;
  std::uint32_t device = 0;
  bool append = false;
  std::uint64_t calls = 0, bytes = 0, syncs = 0, failures = 0;
  std::uint64_t text_calls = 0;       ///< printable and ending in a newline
  std::uint64_t printable_calls = 0;  ///< these, and those that end within a line
  /// Of the printable calls, looked at without each one's last byte, and the newlines in there.
  std::uint64_t inner_bytes = 0, inner_newlines = 0;
  std::uint16_t last_error = 0;
  std::vector<std::uint64_t> bytes_per_second;
  CallTree calls_tree;                           ///< of the sampled write calls
  std::optional<std::uint64_t> disk_free_bytes;  ///< of the file system it is on
};

/// Births and deaths of processes in one workload.
struct LifecycleActivity {
  WorkloadIndex workload;
  std::uint64_t forks = 0, execs = 0, exits = 0, failed_exits = 0;
  std::vector<std::uint32_t> forks_per_second;
  std::map<std::string, std::uint64_t> exec_names;  ///< comm after exec: count
  /// How often the container itself came back in a new cgroup inside the window.
  std::uint64_t restarts = 0;
};

/// Samples that one thread spent in one call path. The rows of a workload add up to its call tree.
struct StackRow {
  WorkloadIndex workload;
  /// Index in Profile::threads; none for interrupts and for threads that found no room there.
  std::optional<std::uint32_t> thread;
  CallTree::NodeIndex node = CallTree::kRoot;  ///< in the workload's calls: where the path ends
  std::uint64_t samples = 0;
  SecondCounts seconds;
};

/// One container, host service or kernel activity with all that it used.
struct WorkloadProfile {
  Container container;
  /// "kernel:softirq", "kernel:irq", "kernel:threads" for kernel activity; then container is bare.
  std::string kernel_activity;
  bool is_culprit_itself = false;
  std::uint64_t samples = 0;
  std::vector<std::uint32_t> samples_per_second;  ///< index: second of the window
  double cpu_cores = 0;                           ///< from the cgroup's clock, else from samples
  bool cores_estimated = false;                   ///< true when from samples
  std::optional<double> cpu_limit_cores;
  double throttled_share = 0;  ///< of its enforcement periods
  std::uint64_t memory_bytes = 0;
  std::optional<std::uint64_t> memory_limit_bytes;
  std::optional<double> memory_pressure_full;  ///< share of the window
  std::optional<double> cpu_pressure_some;
  double io_bytes_per_s = 0, syscalls_per_s = 0, connect_failures_per_s = 0, write_bytes_per_s = 0;
  std::uint64_t major_faults = 0;
  std::map<std::string, std::uint64_t> lost;
  std::optional<CgroupUsage> usage;  ///< at the window's end
  CallTree calls;                    ///< all its threads, below "process" frames
};

struct PressureShares {
  std::optional<double> cpu_some, memory_some, memory_full, io_some, io_full;
};

struct DiskProfile {
  std::string name;
  double busy_share = 0;
  double written_bytes_per_s = 0, read_bytes_per_s = 0;
};

/// Everything known about one window, with names; the only input of the detectors and the report.
struct Profile {
  HostFacts host;
  Window window;
  CpuCores cores;
  double demand_cores = 0;  ///< running plus waiting for a CPU
  PressureShares pressure;
  std::vector<DiskProfile> disks;
  std::uint64_t memory_total_bytes = 0, memory_available_bytes = 0;
  std::uint64_t swap_total_bytes = 0, swap_free_bytes = 0;
  double swapped_pages_per_s = 0;
  FrameTable frames;
  /// Of modules, in hexadecimal; those of which the window saw one build only.
  std::map<std::string, std::string> build_ids;
  std::vector<WorkloadProfile> workloads;  ///< by CPU, most first; index = WorkloadIndex
  std::vector<ThreadProfile> threads;
  std::vector<StackRow> stacks;  ///< empty when only the call trees are known
  std::vector<ProcessProfile> processes;
  std::vector<SyscallActivity> syscalls;
  std::vector<ConnectActivity> connects;
  std::vector<ExchangeActivity> exchanges;
  std::vector<WriteActivity> writes;
  std::vector<LifecycleActivity> lifecycles;
  std::vector<ListenQueue> listen_queues;   ///< the fullest of each port over the window
  std::vector<KernelTime> listening_since;  ///< of listen_queues[i]: when it was first seen
  std::uint64_t samples = 0, expected_samples = 0, idle_samples = 0;
  /// Of the window, the hook on the system-call path was attached; below 1 counts are scaled.
  double syscalls_observed_share = 1;
  std::map<std::string, std::uint64_t> lost;                ///< by cause; samples and events
  std::uint64_t user_stacks = 0;                            ///< samples that have a user stack
  std::map<std::string, std::uint64_t> stack_ends;          ///< of these, by why theirs is cut
  std::map<std::string, std::uint64_t> unresolved_modules;  ///< frames without a name, by module

  [[nodiscard]] double seconds() const { return seconds_of(window.duration); }
  [[nodiscard]] const WorkloadProfile& workload(WorkloadIndex index) const {
    return workloads[index.value()];
  }
};

/// The share of user stacks that reach their thread's outermost frame.
inline double whole_stack_share(const Profile& profile) {
  std::uint64_t cut = 0;
  for (const auto& [reason, samples] : profile.stack_ends) {
    cut += samples;
  }
  const std::uint64_t whole = profile.user_stacks - std::min(cut, profile.user_stacks);
  return profile.user_stacks == 0
             ? 1
             : static_cast<double>(whole) / static_cast<double>(profile.user_stacks);
}

}  // namespace culprit
