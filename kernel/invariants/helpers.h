/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I6, usermode helpers: programs that the kernel starts as root on the host. The settings that name
 * them (kernel.modprobe, kernel.core_pattern ...) are texts in its memory; whoever can change one
 * by an exploit has the program of his choice started. User space lists those that are known.
 */
#ifndef BRIG_HELPERS_H
#define BRIG_HELPERS_H

#include "kernel/invariants/starts.h"

static __always_inline bool i6_helper(struct task_struct *task, struct inode *inode,
				      struct verdict *verdict)
{
	struct task_struct *parent = task->real_parent;

	/* The first process has the idle task for a parent. */
	if (!(parent->flags & PF_KTHREAD) || parent->pid == 0 || task->pid == 1)
		return false;
	return !(purposes_of(inode) & ABI_LISTED_HELPER) &&
	       broken(verdict, I_KERNEL, CAUSE_USERMODE_HELPER, 0);
}

#endif
