/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The ring of everything that is not a CPU sample: stacks of events, births and deaths. */
#pragma once

#include "lib/loss.bpf.h"
#include "lib/wakeup.bpf.h"

/* Sized by userspace. Readers poll it: nobody is woken until it is a quarter full. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");
