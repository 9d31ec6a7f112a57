/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* A system call that has just ended, as the questions see it. */
#pragma once

#include "abi/connect_attempt.h"
#include "abi/endpoint.h"
#include "lib/file.bpf.h"
#include "lib/socket.bpf.h"
#include "lib/target_filter.bpf.h"
#include "syscalls/call_kind.bpf.h"

struct finished_call {
	__u64 arguments[6];
	__s64 result;
	__u64 cgroup_id;
	__u64 stack_hash; /* 0 unless this call's stack was taken */
	__u64 inode;
	struct file *file;
	struct inode *inode_object;
	struct sock *sk; /* NULL unless the file is a socket */
	__u32 pid;
	__u32 tid;
	__u32 kind; /* enum call_kind */
	__u32 descriptor;
	__u16 mode;   /* of the inode */
	__u16 family; /* sockets: AF_, SOCK_ and IPPROTO_ numbers, and the connected peer's port */
	__u16 type;
	__u16 protocol;
	__u16 peer_port;
	__u16 compat; /* made by 32-bit code */
};

/* The first and the last piece of what was written or sent, and the address it was sent to. */
struct user_data {
	__u64 first;
	__u64 first_length;
	__u64 last;
	__u64 last_length;
	__u64 address;
	__u32 address_size;
	__u32 known; /* 0: the data is not in user memory, or not to be read */
};

/* One per CPU: the program does not nest, and 512 bytes of BPF stack are too few. Functions that
 * take everything from here are verified once, whatever way leads to them. */
struct call_scratch {
	struct finished_call call;
	struct user_data data;
	struct culprit_connect_key connect;
	struct culprit_name name;
	__u64 packet[CULPRIT_NAME_SIZE / 8 + 2]; /* the first bytes of a DNS message */
	__u32 next_label;                        /* in the packet */
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct call_scratch);
} call_scratches SEC(".maps");

static __always_inline struct call_scratch *call_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&call_scratches, &zero);
}

static __always_inline int is_socket(const struct finished_call *call)
{
	return (call->mode & CULPRIT_S_IFMT) == CULPRIT_S_IFSOCK;
}

static __always_inline int is_inet(const struct finished_call *call)
{
	return call->family == CULPRIT_AF_INET || call->family == CULPRIT_AF_INET6;
}

static __always_inline void read_socket(struct finished_call *call)
{
	struct file *file = call->file;
	struct socket *socket = BPF_CORE_READ(file, private_data);
	struct sock *sk = BPF_CORE_READ(socket, sk);

	call->sk = sk;
	call->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	call->type = BPF_CORE_READ(sk, sk_type);
	call->protocol = BPF_CORE_READ(sk, sk_protocol);
	call->peer_port = is_inet(call) ? bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport)) : 0;
}

/* Finds the file object that the call was about; 0 when it is not open (any more), or when it is
 * not a socket and only a socket would do. */
static __always_inline int find_file(struct finished_call *call, int only_socket)
{
	struct file *file = file_of(call->descriptor);
	struct inode *inode;

	if (!file)
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	call->mode = BPF_CORE_READ(inode, i_mode);
	call->sk = 0;
	call->family = 0;
	call->type = 0;
	call->protocol = 0;
	call->peer_port = 0;
	call->file = file;
	call->inode_object = inode;
	if (is_socket(call))
		read_socket(call);
	else if (only_socket)
		return 0;
	call->inode = BPF_CORE_READ(inode, i_ino);
	return 1;
}

/* The connected peer of a socket, or zeros when it has none that we can name. */
static __always_inline void peer_of(struct culprit_endpoint *out, struct culprit_name *scratch,
				    const struct finished_call *call)
{
	if (is_inet(call))
		inet_peer_of(out, call->sk,
			     call->type == CULPRIT_SOCK_STREAM ? CULPRIT_PROTOCOL_TCP
							       : CULPRIT_PROTOCOL_UDP);
	else if (call->family == CULPRIT_AF_UNIX)
		unix_endpoint(out, call->sk, unix_peer_path(scratch, call->sk));
	else
		__builtin_memset(out, 0, sizeof(*out));
}
