// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every number that decides what is said, in one place, each with its reason. README.md has the
// same list as a table. Rates are per second, shares 0..1, CPU in cores.

namespace culprit::thresholds {

// --- The gate: less than this cannot explain a pegged host. ---
/// Half a CPU is what the smallest hosts (2 CPUs) notice.
inline constexpr double kGateCores = 0.5;
/// Half of its own limit: the container is its own victim even when the host is not.
inline constexpr double kGateShareOfLimit = 0.5;
/// A quarter of what the host does: on one CPU, or when many small things add up.
inline constexpr double kGateShareOfBusy = 0.25;
/// A quarter of almost nothing explains nothing: the arm above needs a tenth of a CPU.
inline constexpr double kGateFloorCores = 0.1;
/// In a crowd of twenty on two CPUs everybody gets a tenth, less what else runs there; who wanted
/// half a CPU and got a twentieth is one of those who make the crowd.
inline constexpr double kCrowdFloorCores = 0.05;

/// Of what a group's busiest member does: less is no part in it.
inline constexpr double kRealMemberShare = 0.1;

/// Of the window; a hook that was attached for less saw a part only. It is attached while sampling
/// runs already, and reading takes its time too.
inline constexpr double kWholeView = 0.98;

// --- Call paths. ---
/// "Common": a loop's samples all lie below its home; one in ten may be an interrupt or a cut
/// stack.
inline constexpr double kCommonShare = 0.9;
/// A hot path only has to hold the majority to be worth naming.
inline constexpr double kMajorityShare = 0.5;
/// Event stacks fewer than this say nothing about where events come from.
inline constexpr double kFewestEventStacks = 3;

// --- Threads that never sleep. ---
/// Run + waited for a CPU + throttled, of the wall clock. Ticks and clock edges cost a few percent.
inline constexpr double kNeverSleepsShare = 0.95;
/// Less than this of the time of a thread without a voluntary switch, and its counters are doubted
/// rather than the hypervisor blamed.
inline constexpr double kSeldomStolenShare = 0.5;
/// Page faults and an interpreter's lock switch a spinner out now and then; a worker does it for
/// every piece of work.
inline constexpr double kVoluntarySwitchesPerSecond = 10;
/// Fewer samples than this cannot tell one thread's life; such threads are pooled.
inline constexpr double kFewestThreadSamples = 20;
/// A thread has to be followed this long before "never" means anything.
inline constexpr double kShortestLifeSeconds = 0.5;
/// Calls that move data or state. A loop may log a line now and then; work does hundreds.
inline constexpr double kUsefulSyscallsPerSecond = 10;
/// Of the samples, inside system calls: above this the thread talks to the kernel, whatever the
/// (possibly narrowed) counts say.
inline constexpr double kSilentSyscallShare = 0.1;

// --- What turns a busy thread into a runaway loop. ---
/// A four-second query is healthy; what has not come back after five is worth a name.
inline constexpr double kLoopSeconds = 5;
/// Change alone is weak: it has to fill most of a default window.
inline constexpr double kChangeSeconds = 8;
/// A call that was watched for less has not had the time to return.
inline constexpr double kWatchedSeconds = 2;
/// Still at it when the window ends: what stopped earlier has returned.
inline constexpr double kToTheEndSeconds = 0.5;
/// Unaccepted connections that no healthy server has for lack of time.
inline constexpr double kManyWaiting = 8;
/// Accepts per second of a server that still serves.
inline constexpr double kStillAccepts = 1;
/// CPU share of its life before the window that counts as low.
inline constexpr double kLowLifetimeShare = 0.5;
/// Below this age a lifetime share is start-up, not habit.
inline constexpr double kYoungSeconds = 60;
/// A poller by design is busy for hours (packet processing, seastar, disruptors).
inline constexpr double kBusyAllItsLifeSeconds = 3600;
/// Fruitless calls per CPU second: a call in vain costs 0.2 to 2 us, a real one brings work.
inline constexpr double kFruitlessPerCpuSecond = 1000;
/// Useful calls per harmless fruitless one; edge-triggered servers have one for one.
inline constexpr double kUsefulPerIdleCall = 0.1;
/// Useful calls per failing one: the poll that woke it and the line it logs.
inline constexpr double kUsefulPerFailingCall = 2;
/// Useful calls per look-up of what does not exist: compilers and interpreters search many places,
/// but find and read.
inline constexpr double kUsefulPerMissing = 0.005;

// --- Retry storms. ---
inline constexpr double kStormAttemptsPerSecond = 5;  ///< nobody polls a dead peer by hand faster
inline constexpr double kStormSeconds = 3;            ///< a start-up's burst is over by then
inline constexpr double kStormSuccessShare = 0.5;
/// Gap growth that counts as backing off: exponential back-off doubles.
inline constexpr double kBackOffGrowth = 1.2;
/// Back-off begins with a wait that lets somebody else run.
inline constexpr double kShortestBackOffSeconds = 0.01;
/// Search lists ask for several names to find one: a resolver that answers one in ten works.
inline constexpr double kDnsSuccessShare = 0.1;
/// CPU that one attempt can cost at most, TLS, exception and log line included; bounds the cost
/// where the call path is not known.
inline constexpr double kMostSecondsPerAttempt = 0.01;
/// Failures that make a destination "down" rather than "once late".
inline constexpr double kDownFailures = 3;
inline constexpr double kDownFailuresPerSecond = 0.3;
/// An established attempt elsewhere for each failed one: happy eyeballs.
inline constexpr double kEyeballShare = 0.8;
/// Attempts of an origin per attempt of the forwarder it goes through.
inline constexpr double kForwardedShare = 0.5;

// --- Request storms. ---
inline constexpr double kExchangesPerSecond = 50;  ///< per thread; a person's page needs a few
inline constexpr double kSameSizesShare = 0.95;    ///< the same question and the same answer
inline constexpr double kInboundShare = 0.2;       ///< requests served per request sent
/// Sizes alone cannot tell an error from an answer.
inline constexpr double kMostBySizes = 0.6;

// --- Log floods. ---
inline constexpr double kFloodLinesPerSecond = 1000;
inline constexpr double kFloodBytesPerSecond = 1e6;
/// Of the writes: text; and of those, the ones that end a line where each is one.
inline constexpr double kTextShare = 0.9;
/// Text in longer lines than this is data: encoded, minified or without lines at all.
inline constexpr double kLongestLineBytes = 4096;
/// Bytes read per byte written from which a file of text is what a filter makes of its input;
/// unpacked text is ten times what was read.
inline constexpr double kFedShare = 0.1;
/// Opened about as often as written to, give or take: the two are counted apart.
inline constexpr double kOpensPerWrite = 2;
/// A synced file is a journal of data (WAL, AOF), not a log.
inline constexpr double kSyncsPerSecond = 0.5;
inline constexpr double kFloodHarmCores = 0.1;
inline constexpr double kDiskFullSeconds = 24 * 3600;
inline constexpr double kFloodIoPressure = 0.2;
inline constexpr double kCallSiteShare = 0.8;
/// An access log has about one line per request; more is talk.
inline constexpr double kLinesPerRequest = 3;
/// CPU that one line can cost at most, formatting included; bounds the cost without call paths.
inline constexpr double kMostSecondsPerLine = 0.0001;
/// The same for a megabyte: long lines cost by length.
inline constexpr double kMostSecondsPerMegabyte = 0.05;
/// What a line in a block usually costs: 0.2 us with Java's and C's writers, 0.6 with Go's.
inline constexpr double kSecondsPerBufferedLine = 0.5e-6;

// --- Process storms and restarts. ---
inline constexpr double kForksPerSecond = 50;  ///< busy cron or CI hosts stay below ten
/// CPU per child: above this the children do work and are the load themselves.
inline constexpr double kMostSecondsPerChild = 0.025;
/// Of the samples: less than this spent on making, loading and ending processes, and what the
/// processes do is the load. Measured: shell loops of small programs 0.54 to 0.95, a pipeline 0.32.
inline constexpr double kStartingShare = 0.45;
/// One thread with this share of the workload's samples is the load, not the storm.
inline constexpr double kHotThreadShare = 0.5;
inline constexpr double kBuildToolShare = 0.3;  ///< of all execs
inline constexpr double kRestarts = 3;          ///< by the engine's count of its whole life
inline constexpr double kRestartsInWindow = 2;  ///< twice in ten seconds is no deploy
inline constexpr double kRestartAgeSeconds = 120;
inline constexpr double kFailedExits = 3;
inline constexpr double kFailedExitShare = 0.8;  ///< scripts ask by exit codes, too

// --- Resources. ---
inline constexpr double kMemoryPressureFull = 0.1;
inline constexpr double kMajorFaultsPerSecond = 100;
inline constexpr double kGarbageCollectorShare = 0.5;
inline constexpr double kFutexShare = 0.5;
inline constexpr double kFutexCallsPerSecond = 1000;
inline constexpr double kStealShare = 0.1;          ///< of all CPUs
inline constexpr double kIdleShareOfPegged = 0.05;  ///< of all CPUs
inline constexpr double kDemandPerCpu = 2;          ///< runnable per CPU
inline constexpr double kOneGroupShare = 0.25;  ///< above this a group is to blame, not the size
inline constexpr double kExplainedKernelShare = 0.5;
/// A dozen packets of a connection without keep-alive, at a few microseconds each.
inline constexpr double kSoftirqSecondsPerEvent = 50e-6;

// --- Contributing. ---
inline constexpr double kThrottledShare = 0.1;
inline constexpr double kGenerationSeconds = 900;
inline constexpr double kStartOrderSeconds = 1;
inline constexpr double kNoLimitShareOfHost = 0.5;

// --- Confidence. ---
/// What an outside view can be sure of; only a confirmation goes beyond.
inline constexpr double kMostWithoutConfirmation = 0.95;
/// The call was watched and did not return.
inline constexpr double kMostWithConfirmation = 0.99;
/// Busy, nothing proven.
inline constexpr double kMostWithoutProof = 0.49;

}  // namespace culprit::thresholds
