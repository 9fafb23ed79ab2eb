/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Sockets: made, connected, and written to with an address. */
#include "kernel/connect.h"
#include "kernel/guard/guard.h"
#include "kernel/invariants/host_rights.h"

#define SOCK_RAW 3
#define IPPROTO_ICMP 1
#define IPPROTO_ICMPV6 58

static __noinline void record_connect(struct act *act, struct destination *to)
{
	struct abi_connect *body;
	struct scratch *scratch;

	body = refusal_record(&scratch, act, ABI_CONNECT, sizeof(*body));
	if (!body)
		return;
	*body = to->inet;
	if (to->inet.family == AF_UNIX)
		section_unix_address(scratch, to, 0, 0);
	record_end(scratch, act->subject.task);
}

static __always_inline int door_answer(struct act *act, struct destination *to)
{
	act->object = to->peer ? (u64)to->peer : to->inet.port;
	if (decide(act, SEEN_ANYWAY))
		record_connect(act, to);
	return answer(act);
}

/* `address` is the kernel's copy. */
static __always_inline int to_address(const void *address, u32 operation)
{
	struct destination to = {};
	struct act act = {};
	u8 given[28] = {};

	if (!contained(&act, operation))
		return 0;
	bpf_probe_read_kernel(given, sizeof(given), address);
	to.inet.family = *(u16 *)given;
	to.inet.port = bpf_ntohs(*(u16 *)(given + 2));
	if (to.inet.family == AF_INET)
		map_v4(to.inet.address, *(u32 *)(given + 4));
	else if (to.inet.family == AF_INET6)
		__builtin_memcpy(to.inet.address, given + 8, 16);
	else
		return 0;
	if (!shadow_differs(&act))
		i7_doors(&act.subject, &to, &act.verdict);
	if (!act.verdict.invariant)
		return 0;
	return door_answer(&act, &to);
}

SEC("lsm/socket_connect")
int BPF_PROG(guard_socket_connect, struct socket *socket, struct sockaddr *address, int length,
	     int ret)
{
	return ret ? ret : to_address(address, OP_CONNECT);
}

/* A datagram, or a connection that begins with data (TCP fast open), needs no connect. */
SEC("lsm/socket_sendmsg")
int BPF_PROG(guard_socket_sendmsg, struct socket *socket, struct msghdr *message, int size, int ret)
{
	const void *address;

	if (ret)
		return ret;
	address = message->msg_name;
	return address ? to_address(address, OP_CONNECT) : 0;
}

/* The unix sockets that contained tasks made. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u8);
} contained_sockets SEC(".maps");

SEC("lsm/socket_post_create")
int BPF_PROG(guard_socket_post_create, struct socket *socket, int family, int type, int protocol,
	     int kernel, int ret)
{
	struct sock *sk = socket->sk;
	struct act act = {};
	u8 one = 1;

	if (!ret && sk && !kernel && family == AF_UNIX && contained(&act, OP_SOCKET))
		bpf_sk_storage_get(&contained_sockets, sk, &one, BPF_SK_STORAGE_GET_F_CREATE);
	return ret;
}

/*
 * A datagram socket does not remember who bound it. One with an abstract name on the host's network
 * that root made outside all containers is a door like any other.
 */
static __always_inline bool datagram_door(struct subject *subject, struct sock *peer)
{
	struct abi_settings *set = read_settings();

	return set && !peer->sk_peer_pid && peer->sk_uid.val == 0 &&
	       subject->task->nsproxy->net_ns->ns.inum == set->host_net_namespace &&
	       is_abstract(READ((struct unix_sock *)peer, addr)) &&
	       !bpf_sk_storage_get(&contained_sockets, peer, 0, 0);
}

static __always_inline void note_tracer(struct subject *subject, struct sock *peer)
{
	u32 pid = host_pid_of(READ(peer, sk_peer_pid));

	if (is_tracer(pid, subject->task))
		subject->label->tracer = pid;
}

static __always_inline int to_peer(struct sock *peer)
{
	struct destination to = {.peer = (void *)peer, .sock = peer};
	struct act act = {};

	if (!contained(&act, OP_CONNECT))
		return 0;
	to.inet.family = AF_UNIX;
	if (!shadow_differs(&act))
		i7_doors(&act.subject, &to, &act.verdict);
	if (!act.verdict.invariant && datagram_door(&act.subject, peer))
		broken(&act.verdict, I_DOORS, CAUSE_DOOR_ABSTRACT, DOOR_OTHER_DAEMON);
	if (act.verdict.invariant)
		return door_answer(&act, &to);
	note_tracer(&act.subject, peer);
	return 0;
}

SEC("lsm/unix_stream_connect")
int BPF_PROG(guard_unix_stream_connect, struct sock *socket, struct sock *other, struct sock *fresh,
	     int ret)
{
	return ret ? ret : to_peer(other);
}

SEC("lsm/unix_may_send")
int BPF_PROG(guard_unix_may_send, struct socket *socket, struct socket *other, int ret)
{
	struct sock *peer = other->sk;

	return ret || !peer ? ret : to_peer(peer);
}

static __always_inline u32 surface_of_family(int family)
{
	switch (family) {
	case AF_UNIX:
	case AF_INET:
	case AF_INET6:
	case AF_NETLINK:
		return 0;
	case AF_ALG:
		return SURFACE_ALG_SOCKETS;
	case AF_VSOCK:
		return SURFACE_VSOCK_SOCKETS;
	case AF_PACKET:
		return SURFACE_PACKET_SOCKETS;
	case AF_KEY:
		return SURFACE_KEY_SOCKETS;
	}
	return SURFACE_OTHER_SOCKETS;
}

/* On the host's own network, raw sockets hear what everybody says; ping needs no more than ICMP. */
static __always_inline bool i6_listening(struct subject *subject, int family, int type,
					 int protocol, struct verdict *verdict)
{
	bool hears = family == AF_PACKET ||
		     ((family == AF_INET || family == AF_INET6) && (type & 15) == SOCK_RAW &&
		      protocol != IPPROTO_ICMP && protocol != IPPROTO_ICMPV6);
	struct abi_settings *set = read_settings();
	u64 container = subject->label->container;
	struct abi_allowance *own;

	if (!hears || !set || subject->task->nsproxy->net_ns->ns.inum != set->host_net_namespace)
		return false;
	own = bpf_map_lookup_elem(&allowances, &container);
	return !(own && own->capabilities >> CAP_NET_RAW & 1) &&
	       broken(verdict, I_KERNEL, CAUSE_HOST_SETTING, CAP_NET_RAW);
}

SEC("lsm/socket_create")
int BPF_PROG(guard_socket_create, int family, int type, int protocol, int kernel, int ret)
{
	struct act act = {};
	u32 surface;

	if (ret || kernel || !contained(&act, OP_SOCKET))
		return ret;
	surface = surface_of_family(family);
	if (!shadow_differs(&act) && !i3_network(&act.subject, &act.verdict) &&
	    !i6_listening(&act.subject, family, type, protocol, &act.verdict) && surface)
		kept_from(&act, surface);
	if (!act.verdict.invariant)
		return 0;
	return kernel_answer(&act, CAP_NET_RAW, family, UNSEEN);
}
