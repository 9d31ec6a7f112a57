// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0
/* How do TCP connections end that a process of this host began? One count for each attempt when it
 * begins and one when its outcome is known, with the process and the user stack of the connect
 * call: a refusal arrives in a soft interrupt, where the current task has nothing to do with it.
 *
 * Hook: the tracepoint sock:inet_sock_set_state, a few calls per connection; nothing on the syscall
 * path. Two programs: the kernel refuses to run a program inside of itself, and an outcome that
 * arrives while the same CPU walks the stack of another attempt must not be lost. Cost: a stack
 * walk per attempt. What may be lost: attempts when a map is full (counted); an outcome that
 * interrupts another outcome on the same CPU (the kernel's recursion misses). */
#include "lib/bpf_prelude.h"

#include "abi/connecting_socket.h"
#include "lib/task.bpf.h"
#include "lib/connects.bpf.h"
#include "lib/event_stack.bpf.h"
#include "lib/socket.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* include/net/tcp_states.h */
enum {
	CULPRIT_TCP_ESTABLISHED = 1,
	CULPRIT_TCP_SYN_SENT = 2,
	CULPRIT_TCP_FIN_WAIT1 = 4,
	CULPRIT_TCP_CLOSE = 7,
};

enum {
	CULPRIT_EADDRNOTAVAIL = 99,
	CULPRIT_SYSCALL_CONNECT = 42,
	/* The error packets of MySQL ("Too many connections") and PostgreSQL and a TLS alert fit;
	 * the shortest HTTP response with a Date and a length does not. */
	CULPRIT_HARDLY_AN_ANSWER_BYTES = 128,
};

#define CULPRIT_SHORT_LIFE_NS 1000000000ULL

/* Key: the socket, while its attempt has no outcome. When it is full, attempts are counted as lost;
 * userspace removes what has been there for longer than an attempt can take. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct culprit_connecting_socket);
} connecting_sockets SEC(".maps");

/* Key: the socket, once established. A cache of the youngest: only a connection's first second is
 * of interest. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct culprit_connecting_socket);
} young_connections SEC(".maps");

static __always_inline void on_attempt(void *ctx, struct sock *sk)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct culprit_connecting_socket origin = {};
	struct culprit_connecting_thread *thread;
	__u64 socket = (__u64)sk;

	origin.key.pid = bpf_get_current_pid_tgid() >> 32;
	if (origin.key.pid == settings.own_pid || !is_wanted(task))
		return;
	origin.tid = (__u32)bpf_get_current_pid_tgid();
	origin.since_ns = bpf_ktime_get_ns();
	origin.key.cgroup_id = container_cgroup_id(task);
	origin.key.stack_hash = capture_event_stack(ctx);
	origin.key.outcome = CULPRIT_CONNECT_ATTEMPTED;
	inet_peer_of(&origin.key.endpoint, sk, CULPRIT_PROTOCOL_TCP);
	thread = connecting_thread(origin.tid);
	if (thread) {
		origin.key.name_hash = name_known_to(thread, origin.since_ns);
		thread->counted_socket = socket;
	}
	if (bpf_map_update_elem(&connecting_sockets, &socket, &origin, BPF_ANY)) {
		count_loss_of(CULPRIT_LOSS_SOCKET_MAP_FULL, origin.key.cgroup_id);
		return;
	}
	count_attempt(&origin.key, origin.since_ns);
}

/* Closed inside of the connect call that opened it, without an error on the socket: no local port
 * was left (inet_hash_connect). */
static __always_inline int closed_by_its_own_connect(const struct culprit_connecting_socket *origin)
{
	struct user_registers registers;

	return (__u32)bpf_get_current_pid_tgid() == origin->tid &&
	       read_user_registers(&registers) && syscall_of(&registers) == CULPRIT_SYSCALL_CONNECT;
}

static __always_inline void on_outcome(struct sock *sk, int state)
{
	struct culprit_connecting_socket *kept, origin;
	__u64 socket = (__u64)sk;
	__u64 now, latency;

	kept = bpf_map_lookup_elem(&connecting_sockets, &socket);
	if (!kept)
		return;
	origin = *kept;
	bpf_map_delete_elem(&connecting_sockets, &socket);
	now = bpf_ktime_get_ns();
	latency = now - origin.since_ns;
	origin.since_ns = now;
	if (state == CULPRIT_TCP_CLOSE) {
		origin.key.error = BPF_CORE_READ(sk, sk_err);
		if (!origin.key.error && closed_by_its_own_connect(&origin))
			origin.key.error = CULPRIT_EADDRNOTAVAIL;
		origin.key.outcome = outcome_of_error(origin.key.error);
	} else {
		origin.key.outcome = CULPRIT_CONNECT_ESTABLISHED;
		bpf_map_update_elem(&young_connections, &socket, &origin, BPF_ANY);
	}
	count_connect(&origin.key, now, latency);
}

/* A server that has no place left, or a peer that does not like the handshake, hangs up at once:
 * hardly a byte came, and either it was the peer who closed, or we had not said anything yet. A
 * port that is only knocked at (closed by us, nothing received) is not meant. */
static __always_inline int was_turned_away(struct sock *sk, int state)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sk;
	__u64 received = BPF_CORE_READ(tcp, bytes_received);

	if (received >= CULPRIT_HARDLY_AN_ANSWER_BYTES)
		return 0;
	if (state != CULPRIT_TCP_FIN_WAIT1)
		return state != CULPRIT_TCP_CLOSE || BPF_CORE_READ(sk, sk_err);
	return received > 0 && BPF_CORE_READ(tcp, bytes_sent) == 0;
}

static __always_inline void on_end(struct sock *sk, int state)
{
	__u64 socket = (__u64)sk;
	struct culprit_connecting_socket *kept = bpf_map_lookup_elem(&young_connections, &socket);
	struct culprit_connect_key key;
	__u64 now, age;

	if (!kept)
		return;
	now = bpf_ktime_get_ns();
	age = now - kept->since_ns;
	key = kept->key;
	bpf_map_delete_elem(&young_connections, &socket);
	if (age >= CULPRIT_SHORT_LIFE_NS || !was_turned_away(sk, state))
		return;
	key.outcome = CULPRIT_CONNECT_SHORT_LIVED;
	count_connect(&key, now, age);
}

static __always_inline int is_tcp(struct sock *sk)
{
	return BPF_CORE_READ(sk, sk_protocol) == CULPRIT_IPPROTO_TCP;
}

static __always_inline int attempt_of(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];

	if ((int)ctx[2] == CULPRIT_TCP_SYN_SENT && is_tcp(sk))
		on_attempt(ctx, sk);
	return 0;
}

static __always_inline int outcome_of_change(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int from = (int)ctx[1];
	int to = (int)ctx[2];

	if ((from != CULPRIT_TCP_SYN_SENT && from != CULPRIT_TCP_ESTABLISHED) || !is_tcp(sk))
		return 0;
	if (from == CULPRIT_TCP_ESTABLISHED)
		on_end(sk, to);
	else if (to == CULPRIT_TCP_ESTABLISHED || to == CULPRIT_TCP_CLOSE)
		on_outcome(sk, to);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int on_tcp_attempt(__u64 *ctx)
{
	return attempt_of(ctx);
}

SEC("tp_btf/inet_sock_set_state")
int on_tcp_outcome(__u64 *ctx)
{
	return outcome_of_change(ctx);
}

/* For kernels without BTF of their own: loaded in place of the two above. */
SEC("raw_tracepoint/inet_sock_set_state")
int on_tcp_attempt_raw(__u64 *ctx)
{
	return attempt_of(ctx);
}

SEC("raw_tracepoint/inet_sock_set_state")
int on_tcp_outcome_raw(__u64 *ctx)
{
	return outcome_of_change(ctx);
}
