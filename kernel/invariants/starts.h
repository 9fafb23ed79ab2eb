/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I11 starts: containers are started and entered by the runtimes of this host, known by file. A
 * task outside that executes a listed file may do so, and what it clones; it stays one while it
 * executes copies of itself in memory (runc does before it enters a container), and no longer once
 * it executes anything else.
 */
#ifndef BRIG_I11_STARTS_H
#define BRIG_I11_STARTS_H

#include "kernel/object.h"
#include "kernel/verdict.h"

/* A kind of task beside ABI_LISTED_*: it runs what a runtime has executed, such as criu. */
#define RUN_BY_RUNTIME 8u

/* What the task runs: ABI_LISTED_RUNTIME, ABI_LISTED_UNLIKE, RUN_BY_RUNTIME, or 0 for anything
 * else. */
static __always_inline u32 starter_kind(struct task_struct *task)
{
	u32 *kind = bpf_task_storage_get(&starters, task, 0, 0);

	return kind ? *kind : 0;
}

static __always_inline bool is_starter(struct task_struct *task)
{
	return starter_kind(task) == ABI_LISTED_RUNTIME;
}

/* The ABI_LISTED_* of a file. */
static __always_inline u32 purposes_of(struct inode *inode)
{
	struct abi_inode_key key = inode_key(inode);
	u32 *listed = bpf_map_lookup_elem(&listed_files, &key);

	return listed ? *listed : 0;
}

/*
 * Started by a runtime: the task runs one itself, or is the child of a process that does. The
 * second is for kernels that may have skipped the programs which pass the first on (7.x); the first
 * process runs what anybody asks it to.
 */
static __always_inline bool by_runtime(struct task_struct *task)
{
	struct task_struct *parent = task->real_parent;
	u32 kind = starter_kind(task);

	if (kind & (ABI_LISTED_RUNTIME | ABI_LISTED_UNLIKE))
		return kind == ABI_LISTED_RUNTIME;
	return parent->pid != 1 &&
	       (purposes_of(READ(parent, mm, exe_file, f_inode)) & ABI_LISTED_RUNTIME);
}

static __always_inline void note_kind(struct task_struct *task, u32 kind)
{
	u32 *noted = bpf_task_storage_get(&starters, task, &kind, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (noted)
		*noted = kind;
}

/* A task outside containers has executed `inode`. */
static __always_inline void note_starter(struct task_struct *task, struct inode *inode)
{
	u32 kind = purposes_of(inode) & (ABI_LISTED_RUNTIME | ABI_LISTED_UNLIKE);

	if (!kind && READ(inode, i_nlink) == 0)
		return;
	if (!kind && is_starter(task))
		kind = RUN_BY_RUNTIME;
	if (kind)
		note_kind(task, kind);
	else
		bpf_task_storage_delete(&starters, task);
}

static __always_inline void inherit_starter(struct task_struct *parent, struct task_struct *child)
{
	u32 kind = starter_kind(parent);

	if (kind)
		note_kind(child, kind);
}

static __always_inline bool i11_started(struct subject *subject, bool first, bool announced,
					struct verdict *verdict)
{
	return !announced &&
	       broken(verdict, I_STARTS, first ? CAUSE_ROGUE_START : CAUSE_ROGUE_ENTRY, 0);
}

#endif
