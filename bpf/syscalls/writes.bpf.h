/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* How much does each process write, and where to? Bytes as returned, by every call that writes; a
 * container's output is its writer's, whoever stores it later. */
#pragma once

#include "abi/file_write.h"
#include "lib/text.bpf.h"
#include "syscalls/user_data.bpf.h"

/* Key: process, file object and sampled stack. Userspace takes the entries out once a second. When
 * it is full, writes are counted as lost. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct culprit_write_key);
	__type(value, struct culprit_write_value);
} writes SEC(".maps");

static const struct culprit_write_value new_write_value;

/* Documentation/admin-guide/devices.txt: terminals, consoles, pseudo terminals, serial lines. */
static __always_inline int is_terminal(__u32 device)
{
	__u32 major = device >> 20;

	return (major >= 2 && major <= 5) || (major >= 136 && major <= 143) || major == 204 ||
	       major == 229;
}

static __always_inline __u8 file_kind(const struct finished_call *call, struct inode *inode)
{
	switch (call->mode & CULPRIT_S_IFMT) {
	case CULPRIT_S_IFREG:
		return CULPRIT_FILE_REGULAR;
	case CULPRIT_S_IFIFO:
		return CULPRIT_FILE_PIPE;
	case CULPRIT_S_IFSOCK:
		return CULPRIT_FILE_SOCKET;
	case CULPRIT_S_IFCHR:
		return is_terminal(BPF_CORE_READ(inode, i_rdev)) ? CULPRIT_FILE_TERMINAL
								 : CULPRIT_FILE_OTHER;
	}
	return CULPRIT_FILE_OTHER;
}

/* Whom a datagram goes to when the socket is not connected. */
static __always_inline void address_endpoint(struct culprit_endpoint *out,
					     struct call_scratch *scratch)
{
	const struct finished_call *call = &scratch->call;
	const struct user_data *data = &scratch->data;
	struct user_address address = {};

	if (call->family == CULPRIT_AF_UNIX)
		unix_endpoint(
			out, call->sk,
			unix_path_from_user(&scratch->name, data->address, data->address_size));
	else if (is_inet(call) && read_user_address(&address, data->address, data->address_size))
		inet_endpoint_of(out, &address, call->sk, CULPRIT_PROTOCOL_UDP);
}

/* What does not change from write to write is found out once for each entry. */
static __always_inline void describe_target(struct culprit_write_value *value,
					    struct call_scratch *scratch)
{
	struct finished_call *call = &scratch->call;
	struct file *file = call->file;

	value->kind = file_kind(call, call->inode_object);
	value->descriptor = call->descriptor;
	if (BPF_CORE_READ(file, f_flags) & CULPRIT_O_APPEND)
		value->flags |= CULPRIT_WRITE_APPEND;
	if (!is_socket(call))
		return;
	if (call->type == CULPRIT_SOCK_STREAM)
		value->flags |= CULPRIT_WRITE_STREAM;
	if (call->type == CULPRIT_SOCK_DGRAM)
		value->flags |= CULPRIT_WRITE_DATAGRAM;
	if (scratch->data.address && call->type == CULPRIT_SOCK_DGRAM)
		address_endpoint(&value->endpoint, scratch);
	else
		peer_of(&value->endpoint, &scratch->name, call);
}

static __always_inline struct culprit_write_value *write_value(struct call_scratch *scratch)
{
	struct finished_call *call = &scratch->call;
	struct inode *inode = call->inode_object;
	struct culprit_write_key key = {
		.cgroup_id = call->cgroup_id,
		.inode = call->inode,
		.stack_hash = call->stack_hash,
		.device = BPF_CORE_READ(inode, i_sb, s_dev),
		.pid = call->pid,
	};
	struct culprit_write_value *value = bpf_map_lookup_elem(&writes, &key);

	if (value)
		return value;
	bpf_map_update_elem(&writes, &key, &new_write_value, BPF_NOEXIST);
	value = bpf_map_lookup_elem(&writes, &key);
	if (!value) {
		count_loss_of(CULPRIT_LOSS_WRITE_MAP_FULL, call->cgroup_id);
		return 0;
	}
	describe_target(value, scratch);
	return value;
}

/* What was seen of the data of one write. */
struct text_view {
	__u32 bytes;    /* looked at, without the last one */
	__u32 newlines; /* among these */
	__u32 ends_line;
};

/* Up to 32 bytes; 0 when they are no text. What is not there counts as blanks. */
static __always_inline int view_text(struct text_view *view, __u64 from, __u32 size)
{
	__u64 words[CULPRIT_TEXT_SAMPLE_WORDS] = {CULPRIT_EVERY_BYTE(' '), CULPRIT_EVERY_BYTE(' '),
						  CULPRIT_EVERY_BYTE(' '), CULPRIT_EVERY_BYTE(' ')};

	if (!size)
		return 1;
	if (!read_user(words, size, from) || !is_text(words))
		return 0;
	view->bytes += size;
	view->newlines += count_newlines(words);
	return 1;
}

/* Is it text? The end of the data is looked at first, for what is not text mostly shows there.
 * Buffers are written when they are full, in the middle of a line, so the last byte need not be a
 * newline. Syslog's datagrams end in a zero byte or in nothing. */
static __always_inline int looks_like_text(struct text_view *view, const struct user_data *data,
					   int datagram)
{
	__u64 before_last = data->last_length - 1;
	__u64 first_length = data->first_length;
	__u64 left = before_last;
	char end = 0;
	__u32 size;

	if (!data->last_length || !first_length)
		return 0;
	if (!read_user(&end, 1, data->last + before_last))
		return 0;
	view->ends_line = end == '\n' || datagram;
	if (!view->ends_line && !is_text_byte(end))
		return 0;
	/* The last byte has been judged, and no other is to be judged twice. */
	if (data->first == data->last)
		first_length = before_last;
	size = at_most(first_length, CULPRIT_TEXT_SAMPLE_BYTES);
	if (!view_text(view, data->first, size))
		return 0;
	if (data->first == data->last)
		left = before_last - size;
	size = at_most(left, CULPRIT_TEXT_SAMPLE_BYTES);
	return view_text(view, data->last + before_last - size, size);
}

static __always_inline void count_text(struct culprit_write_value *value,
				       const struct call_scratch *scratch)
{
	struct text_view view = {};

	if (!looks_like_text(&view, &scratch->data, scratch->call.type == CULPRIT_SOCK_DGRAM))
		return;
	__sync_fetch_and_add(&value->printable_calls, 1);
	__sync_fetch_and_add(&value->inner_bytes, view.bytes);
	if (view.newlines)
		__sync_fetch_and_add(&value->inner_newlines, view.newlines);
	if (view.ends_line)
		__sync_fetch_and_add(&value->text_calls, 1);
}

static __always_inline void count_write(struct call_scratch *scratch, __u64 bytes)
{
	struct finished_call *call = &scratch->call;
	struct culprit_write_value *value = write_value(scratch);

	if (!value)
		return;
	if (call->result < 0) {
		__sync_fetch_and_add(&value->failures, 1);
		value->last_error = -call->result;
		return;
	}
	__sync_fetch_and_add(&value->calls, 1);
	__sync_fetch_and_add(&value->bytes, bytes);
	if (scratch->data.known)
		count_text(value, scratch);
}

static __always_inline void count_sync(struct call_scratch *scratch)
{
	struct culprit_write_value *value = write_value(scratch);

	if (value)
		__sync_fetch_and_add(&value->syncs, 1);
}
