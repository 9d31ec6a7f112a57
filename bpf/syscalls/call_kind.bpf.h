/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What a system call means to the questions asked of it. Calls of kind CALL_COUNTED are only
 * counted: they leave after one look into a table. */
#pragma once

enum call_kind {
	CALL_COUNTED = 0,
	CALL_CONNECT = 1, /* (descriptor, address, size) */
	CALL_ACCEPT = 2,  /* returns a descriptor */
	CALL_SYNC = 3,    /* (descriptor) */

	CALL_WRITE = 8,            /* (descriptor, buffer, size): here begin the calls that send */
	CALL_WRITE_VECTOR = 9,     /* (descriptor, pieces, count) */
	CALL_SEND_TO = 10,         /* (descriptor, buffer, size, flags, address, size) */
	CALL_SEND_MESSAGE = 11,    /* (descriptor, message) */
	CALL_SEND_MESSAGES = 12,   /* (descriptor, messages, count): returns how many */
	CALL_TRANSFER = 13,        /* (descriptor, ...): the bytes are not in user memory */
	CALL_TRANSFER_THIRD = 14,  /* (from, offset, descriptor, ...) */
	CALL_WRITE_VECTOR_32 = 15, /* as CALL_WRITE_VECTOR, with the pieces of 32-bit programs */

	CALL_READ = 16,         /* (descriptor, buffer, ...): here begin the calls that receive */
	CALL_READ_VECTOR = 17,  /* (descriptor, pieces, count) */
	CALL_RECEIVE_FROM = 18, /* (descriptor, buffer, size, flags, address, size) */
	CALL_RECEIVE_MESSAGE = 19,  /* (descriptor, message) */
	CALL_RECEIVE_MESSAGES = 20, /* (descriptor, messages, count): returns how many */
};

static __always_inline int call_sends(__u32 kind)
{
	return kind >= CALL_WRITE && kind <= CALL_WRITE_VECTOR_32;
}

static __always_inline int call_receives(__u32 kind)
{
	return kind >= CALL_READ;
}

/* Only a socket's descriptor is of interest. */
static __always_inline int call_needs_socket(__u32 kind)
{
	return kind == CALL_CONNECT || kind == CALL_ACCEPT || call_receives(kind);
}
