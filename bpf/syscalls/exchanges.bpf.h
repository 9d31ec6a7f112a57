/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Who talks by turns on a kept-alive connection, how often, and do the sizes vary? Works through
 * TLS, for only sizes are looked at. */
#pragma once

#include "abi/exchange.h"
#include "lib/loss.bpf.h"
#include "syscalls/finished_call.bpf.h"

/* Where the conversation on one connection stands. */
struct conversation {
	__u64 stack_hash;
	__u32 request_bytes;
	__u32 response_bytes;
	__u32 previous_request_bytes;
	__u32 previous_response_bytes;
	__u8 role; /* enum culprit_exchange_role */
	__u8 answering;
	__u8 reserved[6];
};

/* Key: inode number of the socket. A cache: a connection that LRU evicts begins anew. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct conversation);
} conversations SEC(".maps");

/* Key: thread and connection. Userspace takes the entries out once a second. When it is full,
 * exchanges are counted as lost. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct culprit_exchange_key);
	__type(value, struct culprit_exchange_value);
} exchanges SEC(".maps");

static const struct culprit_exchange_value new_exchange_value;

static __always_inline void begin_conversation(const struct finished_call *call, __u8 role)
{
	struct conversation fresh = {.role = role};

	bpf_map_update_elem(&conversations, &call->inode, &fresh, BPF_ANY);
}

/* For connections older than the program: the port of a service is the smaller one. */
static __always_inline __u8 guessed_role(const struct finished_call *call)
{
	struct sock *sk = call->sk;
	struct unix_address *address;

	if (is_inet(call))
		return BPF_CORE_READ(sk, __sk_common.skc_num) > call->peer_port
			       ? CULPRIT_ROLE_CLIENT
			       : CULPRIT_ROLE_SERVER;
	/* An accepted Unix socket has the address that was listened on; a connecting one has none.
	 */
	address = BPF_CORE_READ((struct unix_sock *)sk, addr);
	return address ? CULPRIT_ROLE_SERVER : CULPRIT_ROLE_CLIENT;
}

static __always_inline struct conversation *conversation_of(const struct finished_call *call)
{
	struct conversation *found = bpf_map_lookup_elem(&conversations, &call->inode);

	if (found)
		return found;
	begin_conversation(call, guessed_role(call));
	return bpf_map_lookup_elem(&conversations, &call->inode);
}

static __always_inline void count_exchange(struct call_scratch *scratch,
					   const struct conversation *conversation)
{
	struct finished_call *call = &scratch->call;
	struct culprit_exchange_key key = {
		.cgroup_id = call->cgroup_id,
		.connection = call->inode,
		.pid = call->pid,
		.tid = call->tid,
	};
	struct culprit_exchange_value *value = bpf_map_lookup_elem(&exchanges, &key);
	__u32 request = conversation->request_bytes;
	__u32 response = conversation->response_bytes;
	int client = conversation->role == CULPRIT_ROLE_CLIENT;

	if (!value) {
		bpf_map_update_elem(&exchanges, &key, &new_exchange_value, BPF_NOEXIST);
		value = bpf_map_lookup_elem(&exchanges, &key);
		if (!value) {
			count_loss_of(CULPRIT_LOSS_EXCHANGE_MAP_FULL, call->cgroup_id);
			return;
		}
		peer_of(&value->endpoint, &scratch->name, call);
		value->role = conversation->role;
	}
	/* The key names the thread: nobody else adds to it at the same time. */
	value->exchanges += 1;
	if (request == conversation->previous_request_bytes &&
	    response == conversation->previous_response_bytes)
		value->same_sizes += 1;
	value->sent_bytes += client ? request : response;
	value->received_bytes += client ? response : request;
	value->request_bytes = request;
	value->response_bytes = response;
	if (conversation->stack_hash)
		value->stack_hash = conversation->stack_hash;
}

/* Takes `bytes` that were sent or received on a stream socket. */
static __always_inline void follow_exchange(struct call_scratch *scratch, int sent, __u32 bytes)
{
	struct finished_call *call = &scratch->call;
	struct conversation *conversation = conversation_of(call);

	if (!conversation)
		return;
	if (sent && call->stack_hash)
		conversation->stack_hash = call->stack_hash;
	if (sent == (conversation->role == CULPRIT_ROLE_CLIENT)) {
		if (conversation->answering) {
			count_exchange(scratch, conversation);
			conversation->previous_request_bytes = conversation->request_bytes;
			conversation->previous_response_bytes = conversation->response_bytes;
			conversation->request_bytes = 0;
			conversation->response_bytes = 0;
			conversation->answering = 0;
		}
		conversation->request_bytes += bytes;
	} else if (conversation->request_bytes) {
		conversation->answering = 1;
		conversation->response_bytes += bytes;
	}
}
