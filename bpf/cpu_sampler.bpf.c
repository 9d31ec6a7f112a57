// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0
/* Who burns CPU? One record for each tick of the sampling clock that finds a CPU busy: the thread,
 * its merged kernel and user stack, its counters of progress.
 *
 * Hook: one perf event per CPU (cpu-clock, or cycles). Cost: a few microseconds a tick. What may be
 * lost: a record when the ring is full (counted), ticks that the kernel does not deliver (userspace
 * compares what should have come with `ticks`). */
#include "lib/bpf_prelude.h"

#include "lib/loss.bpf.h"
#include "lib/seen_stacks.bpf.h"
#include "lib/send_places.bpf.h"
#include "lib/task.bpf.h"
#include "lib/user_stack.bpf.h"
#include "lib/wakeup.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Sized by userspace, by the number of CPUs and the frequency. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} samples SEC(".maps");

/* How many ticks came, by enum culprit_tick. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CULPRIT_TICK_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} ticks SEC(".maps");

static __always_inline void count_tick(enum culprit_tick tick)
{
	__u32 index = tick;
	__u64 *count = bpf_map_lookup_elem(&ticks, &index);

	if (count)
		*count += 1;
}

static __always_inline void push_kernel_stack(void *ctx, struct stack_buffer *stack)
{
	long bytes =
		bpf_get_stack(ctx, stack->kernel_addresses, sizeof(stack->kernel_addresses), 0);
	__u32 count = bytes > 0 ? (__u32)bytes / 8 : 0;

	for (__u32 index = 0; index < CULPRIT_MAX_KERNEL_FRAMES; index++) {
		__u64 address;

		if (index >= count)
			break;
		address = stack->kernel_addresses[index];
		if (address >= settings.softirq_begin && address < settings.softirq_end)
			stack->in_softirq = 1;
		push_frame(stack, address, CULPRIT_FRAME_KERNEL,
			   index == 0 ? CULPRIT_FRAME_EXACT : 0);
	}
}

static __always_inline int interrupted_user_mode(const struct bpf_perf_event_data *ctx)
{
	return (ctx->regs.cs & 3) == 3;
}

/* A soft interrupt belongs to whoever caused the packet or the timer, never to the task it
 * happened to interrupt. */
static __always_inline __u8 context_of(const struct stack_buffer *stack, int user_mode,
				       int kernel_thread)
{
	if (user_mode)
		return CULPRIT_CONTEXT_USER;
	if (stack->in_softirq)
		return CULPRIT_CONTEXT_SOFTIRQ;
	return kernel_thread ? CULPRIT_CONTEXT_KERNEL_THREAD : CULPRIT_CONTEXT_SYSCALL;
}

static __always_inline int send_sample(struct stack_buffer *stack,
				       struct culprit_cpu_sample *sample)
{
	__u32 frames = stack->count;
	__u32 size;

	if (frames > CULPRIT_MAX_FRAMES)
		return -1;
	if (sample->user_end != CULPRIT_STACK_COPIED && stack_was_sent(stack->hash))
		frames = 0;
	sample->frame_count = frames;
	size = sizeof(*sample) + frames * sizeof(struct culprit_frame);
	if (bpf_ringbuf_output(&samples, sample, size, wakeup_flags(&samples))) {
		count_loss_of(CULPRIT_LOSS_SAMPLE_RING_FULL, sample->task.cgroup_id);
		return -1;
	}
	if (sample->user_end == CULPRIT_STACK_COPIED)
		send_stack_copy(&samples, stack->hash);
	else if (frames)
		mark_stack_sent(stack->hash);
	return 0;
}

static __always_inline int interrupted_registers(const struct bpf_perf_event_data *ctx,
						 struct user_registers *out, int user_mode)
{
	if (!user_mode)
		return read_user_registers(out);
	out->regs = ctx->regs;
	return 1;
}

/* Returns whether the thread is suspected: then the places of its frames were noted, too. */
static __always_inline int push_interrupted_user_stack(struct bpf_perf_event_data *ctx,
						       struct stack_buffer *stack,
						       struct culprit_cpu_sample *sample,
						       int user_mode)
{
	struct unwind_state *state = unwind_state();
	int have_registers;

	if (!state)
		return 0;
	state->registers.regs.orig_ax = -1;
	have_registers = interrupted_registers(ctx, &state->registers, user_mode);
	sample->syscall = user_mode ? -1 : (__s32)syscall_of(&state->registers);
	state->key.address_space = sample->task.address_space;
	state->key.process_start_ns = sample->task.process_start_ns;
	state->copy_interval_ns = 0;
	look_for_suspect(state, sample->task.tid, sample->task.thread_start_ns);
	sample->user_end = push_user_stack(ctx, stack, state, have_registers);
	return state->suspected;
}

SEC("perf_event")
int on_tick(struct bpf_perf_event_data *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	int user_mode = interrupted_user_mode(ctx);
	struct culprit_cpu_sample *sample;
	struct stack_buffer *stack = empty_stack_buffer();
	int kernel_thread, idle, suspected = 0;

	if (!stack)
		return 0;
	if (!user_mode)
		push_kernel_stack(ctx, stack);
	idle = BPF_CORE_READ(task, pid) == 0;
	if (idle && !stack->in_softirq) {
		count_tick(CULPRIT_TICK_IDLE);
		return 0;
	}
	if (!is_wanted(task)) {
		count_tick(CULPRIT_TICK_FILTERED);
		return 0;
	}
	kernel_thread = (BPF_CORE_READ(task, flags) & CULPRIT_PF_KTHREAD) != 0;
	sample = (void *)stack->headroom;
	sample->time_ns = bpf_ktime_get_ns();
	sample->record = CULPRIT_RECORD_CPU_SAMPLE;
	sample->cpu = bpf_get_smp_processor_id();
	fill_task(&sample->task, task);
	fill_progress(&sample->progress, task);
	sample->context = context_of(stack, user_mode, kernel_thread);
	sample->user_end = CULPRIT_STACK_COMPLETE;
	sample->syscall = -1;
	if (!kernel_thread && sample->context != CULPRIT_CONTEXT_SOFTIRQ)
		suspected = push_interrupted_user_stack(ctx, stack, sample, user_mode);
	sample->stack_hash = stack->hash;
	if (send_sample(stack, sample) == 0)
		count_tick(CULPRIT_TICK_DELIVERED);
	if (suspected)
		send_places(&samples, sample);
	return 0;
}
