/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I6, the host's settings: capabilities over what the host and all containers share are used only
 * by containers that were allowed them by name. Also here: calls without a hook, judged while they
 * ask for CAP_SYS_ADMIN, by their arguments.
 */
#ifndef BRIG_HOST_RIGHTS_H
#define BRIG_HOST_RIGHTS_H

#include "kernel/invariants/namespaces.h"
#include "kernel/object.h"

#define CAP_NET_ADMIN 12
#define CAP_NET_RAW 13
#define CAP_SYS_MODULE 16
#define CAP_SYS_RAWIO 17
#define CAP_SYS_ADMIN 21
#define CAP_SYS_BOOT 22
#define CAP_SYS_TIME 25
#define CAP_AUDIT_CONTROL 30
#define CAP_MAC_OVERRIDE 32
#define CAP_MAC_ADMIN 33
#define CAP_AUDIT_READ 37

#define NR_SETNS 308
#define NR_SETNS_COMPAT 346
#define NR_MOUNT_SETATTR 442 /* the same in both tables */
#define MOUNT_ATTR_RDONLY 1

static __always_inline bool over_the_host(struct subject *subject, struct abi_settings *set,
					  struct user_namespace *ns, int capability)
{
	struct abi_namespaces now;

	switch (capability) {
	case CAP_SYS_MODULE:
	case CAP_SYS_RAWIO:
	case CAP_SYS_TIME:
	case CAP_AUDIT_CONTROL:
	case CAP_AUDIT_READ:
	case CAP_MAC_OVERRIDE:
	case CAP_MAC_ADMIN:
		return READ(ns, ns.inum) == set->host_user_namespace;
	case CAP_SYS_BOOT: /* in its own process namespace it ends only that */
		fill_namespaces(&now, subject->task);
		return now.pid == set->host_pid_namespace;
	case CAP_NET_ADMIN:
		return READ(ns, ns.inum) == set->host_user_namespace &&
		       subject->task->nsproxy->net_ns->ns.inum == set->host_net_namespace;
	}
	return false;
}

static __always_inline bool host_right(struct subject *subject, struct user_namespace *ns,
				       int capability, struct verdict *verdict)
{
	u64 container = subject->label->container;
	struct abi_settings *set = read_settings();
	struct abi_allowance *own;

	if (!set || !over_the_host(subject, set, ns, capability))
		return false;
	own = bpf_map_lookup_elem(&allowances, &container);
	if (own && own->capabilities >> (capability & 63) & 1)
		return false;
	return broken(verdict, I_KERNEL, CAUSE_HOST_SETTING, capability);
}

struct call_words {
	u64 number, first, second, third, fourth;
};

static __always_inline void read_words(struct call_words *words, struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	bool compat = task->thread_info.status & TS_COMPAT;

	words->number = regs->orig_ax;
	words->first = compat ? regs->bx : regs->di;
	words->second = compat ? regs->cx : regs->si;
	words->third = compat ? regs->dx : regs->dx;
	words->fourth = compat ? regs->si : regs->r10;
}

/* setns: what the descriptor leads to. A process's descriptor leads to namespaces that the kernel
 * has asked about already (guard_ptrace_access_check). */
static __always_inline bool i3_entering(struct subject *subject, struct verdict *verdict)
{
	struct call_words words;
	struct ns_common *ns;
	struct inode *inode;
	struct file *file;
	u32 type;

	read_words(&words, subject->task);
	if (words.number !=
	    (subject->task->thread_info.status & TS_COMPAT ? NR_SETNS_COMPAT : NR_SETNS))
		return false;
	file = file_of_descriptor(subject->task, words.first);
	inode = file ? READ(file, f_inode) : NULL;
	if (!inode || magic_of(inode) != NSFS_MAGIC || !subject->birth)
		return false;
	ns = READ(inode, i_private);
	type = namespace_kind(ns);
	return !own_namespace_file(subject, ns, type) &&
	       broken(verdict, I_NAMESPACES, CAUSE_FOREIGN_NAMESPACE, type);
}

/* mount_setattr that takes a read-only mark away. */
static __always_inline bool i1_unlocking(struct subject *subject, struct verdict *verdict)
{
	struct call_words words;
	u64 attributes[2] = {};

	read_words(&words, subject->task);
	if (words.number != NR_MOUNT_SETATTR)
		return false;
	bpf_probe_read_user(attributes, sizeof(attributes), (void *)words.fourth);
	return (attributes[1] & MOUNT_ATTR_RDONLY) &&
	       broken(verdict, I_FILES, CAUSE_READ_ONLY_MOUNT, 0);
}

#endif
