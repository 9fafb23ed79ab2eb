/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* How a canary comes to be: see canary.bpf.c. */
#ifndef BRIG_CANARY_H
#define BRIG_CANARY_H

#include "kernel/birth.h"

/*
 * The birth record is what the child has, but for what the canary is to break: that of I3 was born
 * in another network, and that of I10 has no storage of its own, so no birth record at all.
 */
static __always_inline void canary_birth(u64 container, struct task_struct *child,
					 struct abi_namespaces *now)
{
	struct birth *birth;

	if (container == I_LEAVINGS)
		return;
	bpf_map_update_elem(&births, &container, &no_birth, BPF_ANY);
	birth = bpf_map_lookup_elem(&births, &container);
	if (!birth)
		return;
	fill_birth(birth, child, now, false);
	birth->tasks = 1;
	if (container == I_NAMESPACES)
		birth->namespaces.net = 0;
}

static __noinline int label_canary(struct task_struct *child, u64 container, u32 other_user)
{
	struct label label = {.container = container, .counted = 1};
	u32 tid = READ(child, pid);
	struct abi_namespaces now;

	if (!is_canary(container))
		return 0;
	fill_namespaces(&now, child);
	label.mount_namespace = now.mount;
	announce(&label, child);
	label.uid += other_user;
	canary_birth(container, child, &now);
	bpf_map_update_elem(&task_containers, &tid, &container, BPF_ANY);
	bpf_task_storage_get(&labels, child, &label, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

/* Is `child` of a process outside containers to be a canary? */
static __always_inline void make_canary(struct task_struct *parent, struct task_struct *child)
{
	u32 zero = 0;
	struct abi_canary_task *next = bpf_map_lookup_elem(&canary_task, &zero);

	if (next && next->container && next->pid == parent->tgid)
		label_canary(child, next->container, next->other_user);
}

/* Whoever gets the number of the process that made them makes none. */
static __always_inline void no_more_canaries(u32 tgid)
{
	u32 zero = 0;
	struct abi_canary_task *next = bpf_map_lookup_elem(&canary_task, &zero);

	if (next && next->pid == tgid)
		next->container = 0;
}

/* The canary of I4 is killed where it stands. */
static __always_inline void canary_ended(u64 container, u32 signal)
{
	struct abi_canary *canary;

	if (container != I_CREDENTIALS || signal != 9)
		return;
	canary = canary_of(container);
	if (canary)
		__sync_fetch_and_add(&canary->seen, 1);
}

#endif
