/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* I7 doors: a contained task reaches no management endpoint of the host, by path, abstract name or
 * address. */
#ifndef BRIG_I7_DOORS_H
#define BRIG_I7_DOORS_H

#include <bpf/bpf_endian.h>

#include "kernel/object.h"
#include "kernel/verdict.h"

#define DOOR_DOCKER 14
#define DOOR_CRIO 17
#define DOOR_OTHER_DAEMON 22

/* The doors behind which containers are started. */
static __always_inline bool is_engine(u32 door)
{
	return door >= DOOR_DOCKER && door <= DOOR_CRIO;
}

static __always_inline u32 unix_door(struct inode *inode)
{
	struct abi_inode_key key = inode_key(inode);
	u32 *door = inode ? bpf_map_lookup_elem(&unix_doors, &key) : NULL;

	return door ? *door : 0;
}

/* What stands for "here": 127/8, ::1, and 0.0.0.0 and :: as well, which connect to the former. */
static __always_inline bool is_loopback(const u8 *address)
{
	const u32 *words = (const void *)address;

	if (words[0] == 0 && words[1] == 0 && words[2] == bpf_htonl(0xffff))
		return address[12] == 127 || words[3] == 0;
	return words[0] == 0 && words[1] == 0 && words[2] == 0 &&
	       (words[3] == 0 || words[3] == bpf_htonl(1));
}

/* Loopback is the host's own only from the host's network namespace; all of 127/8 counts as
 * 127.0.0.1. */
static __always_inline u32 inet_door(struct subject *subject, const u8 *address, u32 port)
{
	struct abi_settings *set = read_settings();
	struct abi_address_key key = {.port = port};
	u32 *door;

	__builtin_memcpy(key.address, address, 16);
	if (is_loopback(address)) {
		if (!set ||
		    READ(subject->task, nsproxy, net_ns, ns.inum) != set->host_net_namespace)
			return 0;
		if (key.address[10]) {
			key.address[12] = 127;
			key.address[13] = key.address[14] = 0;
		}
		key.address[15] = 1;
	}
	door = bpf_map_lookup_elem(&inet_doors, &key);
	if (!door) {
		key.port = 0;
		door = bpf_map_lookup_elem(&inet_doors, &key);
	}
	return door && !object_allowed(subject->label->container, *door) ? *door : 0;
}

/*
 * What of the host has seized a task decides what it does: a checkpoint is taken from inside like
 * that. A task may make its parent its tracer (PTRACE_TRACEME), which has seized nothing.
 */
static __always_inline bool is_tracer(u32 pid, struct task_struct *task)
{
	return (READ(task, ptrace) & PT_SEIZED) && READ(task, parent, tgid) == pid &&
	       !container_of_pid(pid);
}

/* An abstract name is reached through a shared network namespace; root processes of the host are
 * doors. */
static __always_inline bool abstract_door(struct subject *subject, struct sock *client)
{
	struct pid *peer = READ(client, sk_peer_pid);
	u32 uid = READ(client, sk_peer_cred, euid.val), pid = host_pid_of(peer);

	return peer && uid == 0 && !container_of_pid(pid) && !is_tracer(pid, subject->task);
}

#endif
