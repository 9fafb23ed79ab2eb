/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* I5 processes: a contained task neither reads, steers, signals nor limits a task outside its
 * container. */
#ifndef BRIG_I5_PROCESSES_H
#define BRIG_I5_PROCESSES_H

#include "kernel/object.h"
#include "kernel/verdict.h"

/*
 * Tasks of one container, and of containers that were started with one process namespace between
 * them (a pod that shares it, --pid=container:X), may see and steer each other; the host's is not
 * shared in that sense.
 */
static __always_inline bool same_house(struct subject *subject, u64 container)
{
	struct abi_settings *set = read_settings();
	struct birth *theirs;

	if (container == subject->label->container)
		return true;
	theirs = container ? bpf_map_lookup_elem(&births, &container) : NULL;
	return theirs && subject->birth && set &&
	       theirs->namespaces.pid == subject->birth->namespaces.pid &&
	       theirs->namespaces.pid != set->host_pid_namespace;
}

static __always_inline bool i5_process(struct subject *subject, u32 target, struct verdict *verdict)
{
	u64 container = container_of_pid(target);

	return !same_house(subject, container) &&
	       broken(verdict, I_PROCESSES, CAUSE_FOREIGN_TASK, container);
}

/* The procfs files that give a process away: its memory, what it was started with, what it has
 * open. */
static __always_inline bool is_private_name(struct dentry *dentry)
{
	u64 name = 0;

	bpf_probe_read_kernel_str(&name, sizeof(name), READ(dentry, d_name.name));
	switch (name) {
	case 0x6d656dull:	  /* "mem" */
	case 0x6e6f7269766e65ull: /* "environ" */
	case 0x7370616dull:	  /* "maps" */
	case 0x7370616d73ull:	  /* "smaps" */
	case 0x70616d65676170ull: /* "pagemap" */
	case 0x76787561ull:	  /* "auxv" */
	case 0x6b63617473ull:	  /* "stack" */
	case 0x6c6c6163737973ull: /* "syscall" */
		return true;
	}
	return false;
}

/* /proc/PID/mem and the like, of a process outside. */
static __always_inline bool i5_file(struct subject *subject, struct object *object,
				    struct verdict *verdict)
{
	struct proc_inode *proc;
	struct pid *pid;
	u32 target;

	if (object->magic != PROC_MAGIC)
		return false;
	proc = (void *)object->inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	pid = READ(proc, pid);
	if (!pid)
		return false;
	target = host_pid_of(pid);
	if (!is_private_name(object->dentry) && !(object->open_mode & FMODE_WRITE))
		return false;
	if (same_house(subject, container_of_pid(target)))
		return false;
	return broken(verdict, I_PROCESSES, CAUSE_FOREIGN_TASK_FILE, target);
}

#endif
