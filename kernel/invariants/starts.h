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

static __always_inline bool is_starter(struct task_struct *task)
{
	return bpf_task_storage_get(&starters, task, 0, 0) != NULL;
}

static __always_inline bool is_listed(struct inode *inode, u32 purpose)
{
	struct abi_inode_key key = inode_key(inode);
	u32 *listed = bpf_map_lookup_elem(&listed_files, &key);

	return listed && (*listed & purpose);
}

/*
 * Started by a runtime: the task runs one itself, or is the child of a process that does. The
 * second is for kernels that may have skipped the programs which pass the first on (7.x); the first
 * process runs what anybody asks it to.
 */
static __always_inline bool by_runtime(struct task_struct *task)
{
	struct task_struct *parent = task->real_parent;

	return is_starter(task) ||
	       (parent->pid != 1 &&
		is_listed(READ(parent, mm, exe_file, f_inode), ABI_LISTED_RUNTIME));
}

/* A task outside containers has executed `inode`. */
static __always_inline void note_starter(struct task_struct *task, struct inode *inode)
{
	u8 one = 1;

	if (is_listed(inode, ABI_LISTED_RUNTIME))
		bpf_task_storage_get(&starters, task, &one, BPF_LOCAL_STORAGE_GET_F_CREATE);
	else if (READ(inode, i_nlink) != 0)
		bpf_task_storage_delete(&starters, task);
}

static __always_inline void inherit_starter(struct task_struct *parent, struct task_struct *child)
{
	u8 one = 1;

	if (is_starter(parent))
		bpf_task_storage_get(&starters, child, &one, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static __always_inline bool i11_started(struct subject *subject, bool first, bool announced,
					struct verdict *verdict)
{
	return !announced &&
	       broken(verdict, I_STARTS, first ? CAUSE_ROGUE_START : CAUSE_ROGUE_ENTRY, 0);
}

#endif
