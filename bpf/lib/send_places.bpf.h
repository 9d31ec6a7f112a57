/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Tells userspace where the frames of a suspected thread lie, now and then. */
#pragma once

#include "abi/cpu_sample.h"
#include "lib/loss.bpf.h"
#include "lib/wakeup.bpf.h"
#include "unwind/suspects.bpf.h"

static __always_inline int places_are_due(const struct culprit_cpu_sample *sample)
{
	__u32 tid = sample->task.tid;
	struct culprit_suspect *suspect = bpf_map_lookup_elem(&suspects, &tid);

	if (!suspect ||
	    sample->time_ns - suspect->told_ns < CULPRIT_PLACES_INTERVAL_MS * 1000000ULL)
		return 0;
	suspect->told_ns = sample->time_ns;
	return 1;
}

/* After the walk. A stack that was copied has no places. */
static __always_inline void send_places(void *ring, const struct culprit_cpu_sample *sample)
{
	struct place_buffer *buffer = place_buffer();
	__u32 count;

	if (!buffer || sample->user_end == CULPRIT_STACK_COPIED || !places_are_due(sample))
		return;
	count = buffer->header.count;
	if (count == 0 || count > CULPRIT_MAX_PLACES)
		return;
	buffer->header.time_ns = sample->time_ns;
	buffer->header.record = CULPRIT_RECORD_FRAME_PLACES;
	buffer->header.pid = sample->task.pid;
	buffer->header.process_start_ns = sample->task.process_start_ns;
	buffer->header.thread_start_ns = sample->task.thread_start_ns;
	buffer->header.address_space = sample->task.address_space;
	buffer->header.tid = sample->task.tid;
	buffer->header.user_end = sample->user_end;
	buffer->header.reserved = 0;
	if (bpf_ringbuf_output(ring, buffer,
			       sizeof(buffer->header) + count * sizeof(struct culprit_frame_place),
			       wakeup_flags(ring)))
		count_loss(CULPRIT_LOSS_SAMPLE_RING_FULL);
}
