/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* A stack that cannot be walked yet is copied, to be unwound in userspace once the tables are
 * there: the first sight of a process is not too late. */
#pragma once

#include "abi/record.h"
#include "lib/loss.bpf.h"
#include "lib/user_memory.bpf.h"
#include "unwind/eh_frame.bpf.h"

struct stack_copy_buffer {
	struct culprit_stack_copy header;
	__u8 bytes[CULPRIT_STACK_COPY_BYTES + CULPRIT_STACK_COPY_PAGE];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack_copy_buffer);
} stack_copy_buffers SEC(".maps");

/* Page by page: what lies beyond the stack's base cannot be read, and must not spoil the rest. */
static __always_inline __u32 copy_stack_bytes(struct stack_copy_buffer *copy, __u64 sp)
{
	__u32 offset = 0;

	for (int page = 0; page <= CULPRIT_STACK_COPY_BYTES / CULPRIT_STACK_COPY_PAGE; page++) {
		__u64 from = sp + offset;
		__u64 size = CULPRIT_STACK_COPY_PAGE - (from & (CULPRIT_STACK_COPY_PAGE - 1));

		if (offset >= CULPRIT_STACK_COPY_BYTES)
			break;
		if (bpf_probe_read_user(copy->bytes + offset,
					at_most(size, CULPRIT_STACK_COPY_PAGE), (const void *)from))
			break;
		offset += size;
	}
	return at_most(offset, CULPRIT_STACK_COPY_BYTES);
}

/* Global: verified once. Fills the buffer from the walk's state; 0 when there is nothing to send.
 */
__noinline int fill_stack_copy(__u64 stack_hash)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct unwind_state *state = unwind_state();
	struct stack_copy_buffer *copy;
	__u32 zero = 0;

	copy = bpf_map_lookup_elem(&stack_copy_buffers, &zero);
	if (!copy || !state)
		return 0;
	copy->header.stack_hash = stack_hash;
	copy->header.record = CULPRIT_RECORD_STACK_COPY;
	copy->header.time_ns = bpf_ktime_get_ns();
	copy->header.process_start_ns = state->key.process_start_ns;
	copy->header.address_space = state->key.address_space;
	copy->header.pid = BPF_CORE_READ(task, tgid);
	copy->header.reserved = 0;
	copy->header.ip = state->registers.regs.ip;
	for (__u32 number = 0; number < CULPRIT_UNWIND_REGISTERS; number++)
		copy->header.registers[number] = any_register(&state->registers, number);
	copy->header.bytes = copy_stack_bytes(copy, state->registers.regs.sp);
	return copy->header.bytes != 0;
}

/* Copies take at most three quarters of a ring: they must not push out samples and events. */
static __always_inline int has_room_for_copy(void *ring)
{
	__u64 waiting = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	__u64 size = bpf_ringbuf_query(ring, BPF_RB_RING_SIZE);

	return waiting < size / 4 * 3;
}

/* After the record that names the stack. Wakes the reader: the process may not live long. */
static __always_inline void send_stack_copy(void *ring, __u64 stack_hash)
{
	struct stack_copy_buffer *copy;
	__u32 zero = 0, size;

	if (!has_room_for_copy(ring)) {
		count_loss(CULPRIT_LOSS_STACK_COPY_RING_FULL);
		return;
	}
	copy = bpf_map_lookup_elem(&stack_copy_buffers, &zero);
	if (!copy || !fill_stack_copy(stack_hash))
		return;
	size = sizeof(copy->header) + at_most(copy->header.bytes, CULPRIT_STACK_COPY_BYTES);
	if (bpf_ringbuf_output(ring, copy, size, BPF_RB_FORCE_WAKEUP))
		count_loss(CULPRIT_LOSS_STACK_COPY_RING_FULL);
}
