/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* I9 neighbours: what one container made is not another's, where no namespace keeps them apart. */
#ifndef BRIG_I9_NEIGHBOURS_H
#define BRIG_I9_NEIGHBOURS_H

#include "kernel/verdict.h"

/* The address of an object -> the container that made it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u64);
	__type(value, u64);
} makers SEC(".maps");

/* Containers that were started with one IPC namespace between them share what they make there. */
static __always_inline bool same_ipc(struct subject *subject, u64 container)
{
	struct birth *theirs = bpf_map_lookup_elem(&births, &container);
	struct abi_settings *set = read_settings();

	return container == subject->label->container ||
	       (theirs && subject->birth && set &&
		theirs->namespaces.ipc == subject->birth->namespaces.ipc &&
		theirs->namespaces.ipc != set->host_ipc_namespace);
}

#endif
