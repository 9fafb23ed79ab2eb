/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A connection that was made or tried, from the socket where it tells, else from what the program
 * gave. */
#ifndef BRIG_CONNECT_H
#define BRIG_CONNECT_H

#include <bpf/bpf_endian.h>

#include "kernel/call.h"
#include "kernel/invariants/doors.h"

struct destination {
	struct abi_connect inet;
	struct sock *sock;
	struct unix_sock *peer; /* a unix socket that answered */
};

static __always_inline void map_v4(u8 *to, u32 address)
{
	__builtin_memset(to, 0, 10);
	to[10] = to[11] = 0xff;
	__builtin_memcpy(to + 12, &address, 4);
}

/* struct sockaddr as the program gave it. */
static __always_inline void given_destination(struct destination *to, u64 address)
{
	u8 given[28] = {};
	u16 port;

	bpf_probe_read_user(given, 16, (void *)address);
	to->inet.family = *(u16 *)given;
	port = *(u16 *)(given + 2);
	if (to->inet.family == AF_INET) {
		to->inet.port = bpf_ntohs(port);
		map_v4(to->inet.address, *(u32 *)(given + 4));
	} else if (to->inet.family == AF_INET6) {
		bpf_probe_read_user(given, 28, (void *)address);
		to->inet.port = bpf_ntohs(port);
		__builtin_memcpy(to->inet.address, given + 8, 16);
	}
}

static __always_inline void socket_destination(struct destination *to, struct file *file)
{
	struct socket *socket = READ(file, private_data);
	struct sock *sk = READ(socket, sk);
	u32 family = READ(sk, __sk_common.skc_family);
	u16 port = READ(sk, __sk_common.skc_dport);

	to->sock = sk;
	to->inet.family = family;
	if (family == AF_UNIX) {
		to->peer = (void *)READ((struct unix_sock *)sk, peer);
	} else if (family == AF_INET && port) {
		to->inet.port = bpf_ntohs(port);
		map_v4(to->inet.address, READ(sk, __sk_common.skc_daddr));
	} else if (family == AF_INET6 && port) {
		to->inet.port = bpf_ntohs(port);
		BPF_CORE_READ_INTO(&to->inet.address, sk, __sk_common.skc_v6_daddr);
	}
}

#define S_IFSOCK 0140000

static __always_inline bool is_socket(struct file *file)
{
	return file && (READ(file, f_inode, i_mode) & S_IFMT) == S_IFSOCK;
}

static __always_inline bool is_abstract(struct unix_address *address)
{
	char first = 1;

	if (!address || READ(address, len) <= 2)
		return false;
	BPF_CORE_READ_INTO(&first, address, name[0].sun_path[0]);
	return first == 0;
}

static __always_inline u32 peer_door(struct destination *to)
{
	struct inode *inode = to->peer ? READ(to->peer, path.dentry, d_inode) : NULL;

	return inode ? unix_door(inode) : 0;
}

static __always_inline void i7_doors(struct subject *subject, struct destination *to,
				     struct verdict *verdict)
{
	u64 container = subject->label->container;
	u32 door;

	if (to->inet.family == AF_UNIX) {
		door = peer_door(to);
		if (door && object_allowed(container, door))
			door = 0;
		else if (door)
			broken(verdict, I_DOORS, CAUSE_DOOR_PATH, door);
		else if (to->peer && is_abstract(READ(to->peer, addr)) &&
			 abstract_door(subject, to->sock))
			broken(verdict, I_DOORS, CAUSE_DOOR_ABSTRACT, DOOR_OTHER_DAEMON);
	} else if (to->inet.family == AF_INET || to->inet.family == AF_INET6) {
		door = inet_door(subject, to->inet.address, to->inet.port);
		if (door)
			broken(verdict, I_DOORS, CAUSE_DOOR_ADDRESS, door);
	}
	to->inet.door = verdict->invariant ? verdict->detail : 0;
}

/* sizeof(sun_path). The mask says so to verifiers that lose the comparison. */
static __always_inline u32 at_most_108(u32 length)
{
	if (length > 108)
		length = 108;
	asm volatile("%0 &= 127" : "+r"(length));
	return length;
}

/* The name of a unix socket: its bound path or NUL and its abstract name. */
static __always_inline void section_unix_address(struct scratch *scratch, struct destination *to,
						 u64 given, u32 given_length)
{
	struct unix_address *address = to->peer ? READ(to->peer, addr) : NULL;
	u8 *at = section_begin(scratch);
	u32 length = 0;

	if (!at)
		return;
	if (address) {
		length = at_most_108(READ(address, len) - 2);
		bpf_probe_read_kernel(at, length,
				      (void *)address +
					      bpf_core_field_offset(struct unix_address, name) + 2);
	} else if (given && given_length > 2) {
		length = at_most_108(given_length - 2);
		if (bpf_probe_read_user(at, length, (void *)given + 2))
			length = 0;
	}
	section_end(scratch, ABI_SECTION_ADDRESS, length, 0);
}

static __always_inline void connected(struct call *call, struct destination *to, u64 given,
				      u32 given_length)
{
	struct subject *subject = &call->subject;
	struct verdict verdict = {};
	struct abi_connect *body;
	struct scratch *scratch;

	i7_doors(subject, to, &verdict);
	carry_out_call(call, &verdict);
	if (!verdict.invariant && !wanted(OP_CONNECT))
		return;
	body = call_record(&scratch, call,
			   verdict.invariant ? ABI_CLASS_CRITICAL : ABI_CLASS_TELEMETRY,
			   ABI_CONNECT, sizeof(*body));
	if (!body)
		return;
	write_verdict(scratch, &verdict);
	*body = to->inet;
	if (to->inet.family == AF_UNIX)
		section_unix_address(scratch, to, given, given_length);
	record_end(scratch, subject->task);
}

#endif
