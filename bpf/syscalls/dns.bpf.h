/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Which names are asked for, and what is answered? Datagrams to and from port 53, by every call
 * that sends or receives them. */
#pragma once

#include "lib/connects.bpf.h"
#include "syscalls/user_data.bpf.h"

enum {
	CULPRIT_DNS_PORT = 53,
	CULPRIT_DNS_HEADER_SIZE = 12,
	CULPRIT_DNS_PACKET_SIZE = CULPRIT_NAME_SIZE + 16,
	CULPRIT_DNS_NXDOMAIN = 3,
	/* glibc asks for the IPv4 and the IPv6 address in one sendmmsg. */
	CULPRIT_DNS_QUESTIONS_AT_ONCE = 4,
	CULPRIT_ECONNREFUSED = 111,
	CULPRIT_EAGAIN = 11,
};

static __always_inline int is_datagram(const struct finished_call *call)
{
	return is_inet(call) && call->protocol == CULPRIT_IPPROTO_UDP;
}

/* Is the datagram's other end a name server? Its endpoint goes to scratch->connect. */
static __always_inline int is_of_name_server(struct call_scratch *scratch)
{
	struct finished_call *call = &scratch->call;
	const struct user_data *data = &scratch->data;
	struct user_address address = {};

	if (!is_datagram(call))
		return 0;
	if (call->peer_port == CULPRIT_DNS_PORT) {
		inet_peer_of(&scratch->connect.endpoint, call->sk, CULPRIT_PROTOCOL_UDP);
		return 1;
	}
	if (call->peer_port || !data->address ||
	    !read_user_address(&address, data->address, data->address_size))
		return 0;
	return bpf_ntohs(address.port) == CULPRIT_DNS_PORT &&
	       inet_endpoint_of(&scratch->connect.endpoint, &address, call->sk,
				CULPRIT_PROTOCOL_UDP);
}

/* Copies the beginning of a DNS message to scratch->packet; zeros behind it. */
static __always_inline int read_packet(struct call_scratch *scratch, __u64 from, __u64 size)
{
	for (int index = 0; index < CULPRIT_DNS_PACKET_SIZE / 8; index++)
		scratch->packet[index] = 0;
	if (size <= CULPRIT_DNS_HEADER_SIZE)
		return 0;
	return read_user(scratch->packet, at_most(size, CULPRIT_DNS_PACKET_SIZE), from);
}

/* The name in the first question, in lower case, dots between its labels. Where the next label
 * begins is kept in memory and not in a register, so that the verifier need not follow every way
 * in which labels can follow each other. */
static __always_inline __u64 name_in_packet(struct call_scratch *scratch)
{
	const __u8 *packet = (const __u8 *)scratch->packet;
	volatile __u32 *next_label = &scratch->next_label;

	clear_name(&scratch->name);
	*next_label = CULPRIT_DNS_HEADER_SIZE;
	for (__u32 at = CULPRIT_DNS_HEADER_SIZE; at < CULPRIT_DNS_HEADER_SIZE + CULPRIT_NAME_SIZE;
	     at++) {
		__u8 byte = packet[at];

		if (at == *next_label) {
			if (byte == 0 || byte > 63)
				break;
			*next_label = at + 1 + byte;
			byte = '.';
		} else if (byte >= 'A' && byte <= 'Z') {
			byte += 'a' - 'A';
		} else if (byte == 0) {
			byte = '?';
		}
		if (at > CULPRIT_DNS_HEADER_SIZE)
			scratch->name.text[at - CULPRIT_DNS_HEADER_SIZE - 1] = byte;
	}
	return keep_name(&scratch->name);
}

/* Global: verified once, for it is called in a loop. */
__noinline int count_question(__u64 from, __u64 size)
{
	struct call_scratch *scratch = call_scratch();
	struct culprit_connecting_thread *thread;
	__u64 now;

	if (!scratch || !read_packet(scratch, from, size))
		return 0;
	now = bpf_ktime_get_ns();
	scratch->connect.name_hash = name_in_packet(scratch);
	scratch->connect.outcome = CULPRIT_CONNECT_DNS_ASKED;
	scratch->connect.error = 0;
	count_attempt(&scratch->connect, now);
	thread = connecting_thread(scratch->call.tid);
	if (!thread)
		return 0;
	thread->name_hash = scratch->connect.name_hash;
	thread->asked_ns = now;
	thread->asked_stack = scratch->call.stack_hash;
	thread->dns_socket = (__u64)scratch->call.sk;
	return 0;
}

/* sendmmsg: every message is a question. */
static __always_inline void count_questions(struct call_scratch *scratch)
{
	struct finished_call *call = &scratch->call;
	__u64 at = call->arguments[1];

	for (int index = 0; index < CULPRIT_DNS_QUESTIONS_AT_ONCE; index++) {
		struct user_message_of_many many;
		struct user_piece piece;

		if (index >= call->result || !read_user(&many, sizeof(many), at) ||
		    !read_user(&piece, sizeof(piece), many.message.pieces))
			return;
		count_question(piece.base, many.length);
		at += sizeof(many);
	}
}

/* A datagram was sent to scratch->connect.endpoint, or could not be. */
static __always_inline void on_dns_sent(struct call_scratch *scratch)
{
	struct finished_call *call = &scratch->call;
	struct culprit_connecting_thread *thread;

	if (call->result > 0) {
		if (call->kind == CALL_SEND_MESSAGES)
			count_questions(scratch);
		else
			count_question(scratch->data.first, call->result);
		return;
	}
	if (call->result == -CULPRIT_EAGAIN)
		return;
	thread = bpf_map_lookup_elem(&connects_in_flight, &call->tid);
	scratch->connect.name_hash = thread ? thread->name_hash : 0;
	scratch->connect.error = -call->result;
	scratch->connect.outcome = outcome_of_error(scratch->connect.error);
	count_connect(&scratch->connect, bpf_ktime_get_ns(), 0);
}

static __always_inline __u8 outcome_of_answer(const struct call_scratch *scratch)
{
	const __u8 *packet = (const __u8 *)scratch->packet;
	__u8 code = packet[3] & 0xf;

	if (code == 0)
		return CULPRIT_CONNECT_DNS_ANSWERED;
	return code == CULPRIT_DNS_NXDOMAIN ? CULPRIT_CONNECT_DNS_NO_NAME
					    : CULPRIT_CONNECT_DNS_FAILED;
}

/* Where the call put what it received; 0 when that is not known. */
static __always_inline __u64 find_received_data(struct user_data *data,
						const struct finished_call *call)
{
	clear_user_data(data);
	if (call->kind == CALL_RECEIVE_MESSAGE)
		return set_message(data, call->arguments[1]) ? data->first : 0;
	if (call->kind == CALL_RECEIVE_FROM) {
		data->address = call->arguments[4];
		data->address_size = sizeof(struct user_address);
		return call->arguments[1];
	}
	return call->kind == CALL_READ ? call->arguments[1] : 0;
}

/* Something was received on a datagram socket (or ECONNREFUSED, when a question found nobody). On
 * a socket that is not connected the answer is known by the thread having asked through it. */
static __always_inline void on_datagram_received(struct call_scratch *scratch)
{
	struct finished_call *call = &scratch->call;
	struct culprit_connecting_thread *thread;
	__u64 packet, now;

	thread = bpf_map_lookup_elem(&connects_in_flight, &call->tid);
	if (call->peer_port != CULPRIT_DNS_PORT &&
	    (call->peer_port || !thread || thread->dns_socket != (__u64)call->sk))
		return;
	packet = find_received_data(&scratch->data, call);
	if (!packet || !is_of_name_server(scratch))
		return;
	now = bpf_ktime_get_ns();
	scratch->connect.stack_hash = thread ? thread->asked_stack : 0;
	scratch->connect.name_hash = thread ? thread->name_hash : 0;
	scratch->connect.error = 0;
	if (call->result > 0) {
		if (!read_packet(scratch, packet, call->result))
			return;
		scratch->connect.name_hash = name_in_packet(scratch);
		scratch->connect.outcome = outcome_of_answer(scratch);
	} else {
		scratch->connect.error = CULPRIT_ECONNREFUSED;
		scratch->connect.outcome = CULPRIT_CONNECT_REFUSED;
	}
	count_connect(&scratch->connect, now, thread ? now - thread->asked_ns : 0);
}
