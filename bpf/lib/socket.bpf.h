/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* What a socket is and whom it talks to. */
#pragma once

#include <bpf/bpf_endian.h>

#include "lib/names.bpf.h"
#include "lib/user_memory.bpf.h"

/* Numbers of the socket interface: include/linux/socket.h, net.h, in.h. */
enum {
	CULPRIT_AF_UNIX = 1,
	CULPRIT_AF_INET = 2,
	CULPRIT_AF_INET6 = 10,
	CULPRIT_SOCK_STREAM = 1,
	CULPRIT_SOCK_DGRAM = 2,
	CULPRIT_IPPROTO_TCP = 6,
	CULPRIT_IPPROTO_UDP = 17,
	CULPRIT_UNIX_PATH_SIZE = 108,
};

/* What the kernel hands over as an address of any family. */
struct user_address {
	__u16 family;
	__be16 port; /* of AF_INET and AF_INET6 */
	union {
		__u8 v4[4];
		struct {
			__u32 flow;
			__u8 v6[16];
		};
	};
};

static __always_inline __u32 network_namespace_of(struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/* An IPv4 address inside of IPv6 (::ffff:a.b.c.d) is written as the IPv4 address that it is. */
static __always_inline void unmap_v4(struct culprit_endpoint *endpoint)
{
	__u64 *halves = (__u64 *)endpoint->address;

	if (halves[0] != 0 || (__u32)halves[1] != bpf_htonl(0xffff))
		return;
	halves[0] = halves[1] >> 32;
	halves[1] = 0;
	endpoint->family = CULPRIT_AF_INET;
}

/* The peer of an IPv4 or IPv6 socket. Every byte of `out` is written. */
static __always_inline void inet_peer_of(struct culprit_endpoint *out, struct sock *sk,
					 __u8 protocol)
{
	__u64 *halves = (__u64 *)out->address;

	halves[0] = 0;
	halves[1] = 0;
	out->network_namespace = network_namespace_of(sk);
	out->port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	out->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	out->protocol = protocol;
	if (out->family == CULPRIT_AF_INET6) {
		bpf_core_read(out->address, 16, &sk->__sk_common.skc_v6_daddr);
		unmap_v4(out);
	} else {
		bpf_core_read(out->address, 4, &sk->__sk_common.skc_daddr);
	}
}

/* An address as a program passed it; 0 when it is not an Internet address. */
static __always_inline int inet_endpoint_of(struct culprit_endpoint *out,
					    const struct user_address *address, struct sock *sk,
					    __u8 protocol)
{
	__u64 *halves = (__u64 *)out->address;

	if (address->family != CULPRIT_AF_INET && address->family != CULPRIT_AF_INET6)
		return 0;
	halves[0] = 0;
	halves[1] = 0;
	out->network_namespace = network_namespace_of(sk);
	out->port = bpf_ntohs(address->port);
	out->family = address->family;
	out->protocol = protocol;
	if (address->family == CULPRIT_AF_INET6) {
		__builtin_memcpy(out->address, address->v6, 16);
		unmap_v4(out);
	} else {
		__builtin_memcpy(out->address, address->v4, 4);
	}
	return 1;
}

static __always_inline void unix_endpoint(struct culprit_endpoint *out, struct sock *sk,
					  __u64 path_hash)
{
	__u64 *halves = (__u64 *)out->address;

	halves[0] = path_hash;
	halves[1] = 0;
	out->network_namespace = network_namespace_of(sk);
	out->port = 0;
	out->family = CULPRIT_AF_UNIX;
	out->protocol = CULPRIT_PROTOCOL_UNIX;
}

/* The path to which an AF_UNIX socket is bound, into an emptied name. */
static __always_inline void bound_path_of(struct culprit_name *out, struct sock *sk)
{
	struct unix_address *address = BPF_CORE_READ((struct unix_sock *)sk, addr);
	const char *path;

	if (!address || BPF_CORE_READ(address, len) <= (int)sizeof(__u16))
		return;
	path = (const char *)&address->name[0].sun_path;
	if (bpf_probe_read_kernel_str(out->text, CULPRIT_UNIX_PATH_SIZE, path) > 1)
		return;
	/* Abstract: the name follows a zero byte. */
	if (bpf_probe_read_kernel_str(out->text + 1, CULPRIT_UNIX_PATH_SIZE, path + 1) > 1)
		out->text[0] = '@';
}

/* Whom an AF_UNIX socket is connected to; 0 when to nobody or to a socket without a name. On the
 * accepting side the peer is usually nameless: there it is the path that was listened on. */
static __always_inline __u64 unix_peer_path(struct culprit_name *scratch, struct sock *sk)
{
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);

	clear_name(scratch);
	if (peer)
		bound_path_of(scratch, peer);
	if (!scratch->text[0])
		bound_path_of(scratch, sk);
	return keep_name(scratch);
}

/* The path in a struct sockaddr_un of `size` bytes in user memory; 0 when there is none. */
static __always_inline __u64 unix_path_from_user(struct culprit_name *scratch, __u64 address,
						 __u32 size)
{
	const char *path = (const char *)address + sizeof(__u16);
	__u32 length;

	clear_name(scratch);
	if (size <= sizeof(__u16))
		return 0;
	length = at_most(size - sizeof(__u16), CULPRIT_UNIX_PATH_SIZE);
	/* One more than the path may have, for the zero that the helper writes at the end. */
	if (bpf_probe_read_user_str(scratch->text, length + 1, path) <= 1) {
		/* Abstract: the name follows a zero byte. */
		if (bpf_probe_read_user_str(scratch->text + 1, length, path + 1) > 1)
			scratch->text[0] = '@';
	}
	return keep_name(scratch);
}
