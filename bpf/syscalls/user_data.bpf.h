/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* Where in user memory the data of a call lies. Layouts are those of 64-bit programs; of 32-bit
 * ones only what they write to files comes here. */
#pragma once

#include "lib/user_memory.bpf.h"
#include "syscalls/finished_call.bpf.h"

enum {
	CULPRIT_SOCKADDR_IN_SIZE = 16,
	CULPRIT_MESSAGES_AT_ONCE = 1024, /* UIO_MAXIOV: the kernel takes no more */
};

/* struct iovec */
struct user_piece {
	__u64 base;
	__u64 length;
};

/* struct compat_iovec */
struct user_piece_32 {
	__u32 base;
	__u32 length;
};

/* struct msghdr as userspace has it */
struct user_message {
	__u64 name;
	__u32 name_size;
	__u32 padding;
	__u64 pieces;
	__u64 piece_count;
	__u64 control;
	__u64 control_size;
	__u32 flags;
	__u32 padding2;
};

/* struct mmsghdr */
struct user_message_of_many {
	struct user_message message;
	__u32 length;
	__u32 padding;
};

static __always_inline void set_one_piece(struct user_data *data, __u64 base, __u64 length)
{
	data->first = base;
	data->first_length = length;
	data->last = base;
	data->last_length = length;
}

static __always_inline int set_pieces(struct user_data *data, __u64 pieces, __u64 count)
{
	struct user_piece piece;

	if (!count || !read_user(&piece, sizeof(piece), pieces))
		return 0;
	set_one_piece(data, piece.base, piece.length);
	if (count == 1)
		return 1;
	if (!read_user(&piece, sizeof(piece), pieces + (count - 1) * sizeof(piece)))
		return 0;
	data->last = piece.base;
	data->last_length = piece.length;
	return 1;
}

static __always_inline int set_pieces_32(struct user_data *data, __u64 pieces, __u64 count)
{
	struct user_piece_32 piece;

	if (!count || !read_user(&piece, sizeof(piece), pieces))
		return 0;
	set_one_piece(data, piece.base, piece.length);
	if (count == 1)
		return 1;
	if (!read_user(&piece, sizeof(piece), pieces + (count - 1) * sizeof(piece)))
		return 0;
	data->last = piece.base;
	data->last_length = piece.length;
	return 1;
}

static __always_inline int set_message(struct user_data *data, __u64 address)
{
	struct user_message message;

	if (!read_user(&message, sizeof(message), address))
		return 0;
	data->address = message.name;
	data->address_size = message.name_size;
	return set_pieces(data, message.pieces, message.piece_count);
}

/* 0 when the data is not in user memory. */
static __always_inline int find_user_data(struct user_data *data, const struct finished_call *call)
{
	const __u64 *arguments = call->arguments;

	switch (call->kind) {
	case CALL_SEND_TO:
		data->address = arguments[4];
		data->address_size = arguments[5];
		set_one_piece(data, arguments[1], call->result);
		return 1;
	case CALL_WRITE:
		set_one_piece(data, arguments[1], call->result);
		return 1;
	case CALL_WRITE_VECTOR:
		return set_pieces(data, arguments[1], arguments[2]);
	case CALL_WRITE_VECTOR_32:
		return set_pieces_32(data, arguments[1], arguments[2]);
	case CALL_SEND_MESSAGE:
	case CALL_SEND_MESSAGES: /* the first message */
		return set_message(data, arguments[1]);
	}
	return 0;
}

static __always_inline void clear_user_data(struct user_data *data)
{
	set_one_piece(data, 0, 0);
	data->address = 0;
	data->address_size = 0;
	data->known = 0;
}

/* An IPv4 or IPv6 address as the program passed it. */
static __always_inline int read_user_address(struct user_address *out, __u64 from, __u32 size)
{
	if (size < CULPRIT_SOCKADDR_IN_SIZE)
		return 0;
	return read_user(out,
			 size >= sizeof(struct user_address) ? sizeof(struct user_address)
							     : CULPRIT_SOCKADDR_IN_SIZE,
			 from);
}

/* sendmmsg and recvmmsg return the number of messages and leave each one's bytes with it. A global
 * function is verified once, however it is reached. */
__noinline __u64 bytes_of_messages(__u64 message, __u64 count)
{
	__u64 bytes = 0;

	for (__u32 index = 0; index < CULPRIT_MESSAGES_AT_ONCE && index < count; index++) {
		__u32 length = 0;

		if (!read_user(&length, sizeof(length),
			       message + __builtin_offsetof(struct user_message_of_many, length)))
			break;
		bytes += length;
		message += sizeof(struct user_message_of_many);
	}
	return bytes;
}
