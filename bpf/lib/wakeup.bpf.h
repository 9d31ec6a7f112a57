/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
#pragma once

/* Readers poll their ring; they are woken early only when it is a quarter full. */
static __always_inline __u64 wakeup_flags(void *ring)
{
	__u64 waiting = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	__u64 size = bpf_ringbuf_query(ring, BPF_RB_RING_SIZE);

	return waiting > size / 4 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}
