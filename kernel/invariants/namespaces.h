/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* I3 namespaces: a task's namespaces are its container's at birth, or made by the container later.
 */
#ifndef BRIG_I3_NAMESPACES_H
#define BRIG_I3_NAMESPACES_H

#include "kernel/verdict.h"

static __always_inline bool foreign(u64 container, u32 type, u64 now, u64 at_birth)
{
	return now != at_birth && !owns_namespace(container, type, now);
}

/* Is the namespace behind a file the container's? A time namespace is nobody's secret. */
static __always_inline bool own_namespace_file(struct subject *subject, struct ns_common *ns,
					       u32 type)
{
	u64 container = subject->label->container, id = READ(ns, inum);
	struct abi_namespaces *born = &subject->birth->namespaces;
	struct mnt_namespace *mount = (void *)ns - bpf_core_field_offset(struct mnt_namespace, ns);

	switch (type) {
	case CLONE_NEWNS:
		id = mount_namespace_id(mount);
		return id == born->mount || owns_namespace(container, type, id);
	case CLONE_NEWPID:
		return id == born->pid || owns_namespace(container, type, id);
	case CLONE_NEWNET:
		return id == born->net || owns_namespace(container, type, id);
	case CLONE_NEWIPC:
		return id == born->ipc || owns_namespace(container, type, id);
	case CLONE_NEWUTS:
		return id == born->uts || owns_namespace(container, type, id);
	case CLONE_NEWCGROUP:
		return id == born->cgroup || owns_namespace(container, type, id);
	case CLONE_NEWUSER:
		return id == born->user || owns_namespace(container, type, id);
	}
	return true;
}

/* The type of the first namespace in `now` that is foreign, or 0. */
static __always_inline u32 foreign_namespace(struct subject *subject, struct abi_namespaces *now)
{
	u64 container = subject->label->container;
	struct abi_namespaces *born;

	if (!subject->birth)
		return 0;
	born = &subject->birth->namespaces;
	if (foreign(container, CLONE_NEWNS, now->mount, born->mount))
		return CLONE_NEWNS;
	if (foreign(container, CLONE_NEWPID, now->pid, born->pid))
		return CLONE_NEWPID;
	if (foreign(container, CLONE_NEWNET, now->net, born->net))
		return CLONE_NEWNET;
	if (foreign(container, CLONE_NEWIPC, now->ipc, born->ipc))
		return CLONE_NEWIPC;
	if (foreign(container, CLONE_NEWUTS, now->uts, born->uts))
		return CLONE_NEWUTS;
	if (foreign(container, CLONE_NEWCGROUP, now->cgroup, born->cgroup))
		return CLONE_NEWCGROUP;
	if (foreign(container, CLONE_NEWUSER, now->user, born->user))
		return CLONE_NEWUSER;
	return 0;
}

static __always_inline bool i3_namespaces(struct subject *subject, struct abi_namespaces *now,
					  struct verdict *verdict)
{
	u32 type = foreign_namespace(subject, now);

	return type && broken(verdict, I_NAMESPACES, CAUSE_FOREIGN_NAMESPACE, type);
}

/* The cheap form for every use of a file: is the mount namespace the task has now still its
 * container's? */
static __always_inline bool i3_mount_namespace(struct subject *subject, struct verdict *verdict)
{
	u64 now = typed_mount_namespace_id(subject->task->nsproxy->mnt_ns);

	return now && now != subject->label->mount_namespace &&
	       !owns_namespace(subject->label->container, CLONE_NEWNS, now) &&
	       broken(verdict, I_NAMESPACES, CAUSE_FOREIGN_NAMESPACE, CLONE_NEWNS);
}

/* The same for the network, where a socket is made. */
static __always_inline bool i3_network(struct subject *subject, struct verdict *verdict)
{
	u32 now = subject->task->nsproxy->net_ns->ns.inum;

	return subject->birth &&
	       foreign(subject->label->container, CLONE_NEWNET, now,
		       subject->birth->namespaces.net) &&
	       broken(verdict, I_NAMESPACES, CAUSE_FOREIGN_NAMESPACE, CLONE_NEWNET);
}

/* The task made the namespaces it has now (unshare, clone): they are its container's. */
static __always_inline void adopt_namespaces(struct subject *subject, struct abi_namespaces *now,
					     u64 flags)
{
	struct abi_settings *set = read_settings();
	u64 container = subject->label->container;

	if (!set)
		return;
	if (flags & CLONE_NEWNS)
		own_namespace(container, CLONE_NEWNS, now->mount, set->host_mount_namespace);
	if (flags & CLONE_NEWPID)
		own_namespace(container, CLONE_NEWPID, now->pid, set->host_pid_namespace);
	if (flags & CLONE_NEWNET)
		own_namespace(container, CLONE_NEWNET, now->net, set->host_net_namespace);
	if (flags & CLONE_NEWIPC)
		own_namespace(container, CLONE_NEWIPC, now->ipc, 0);
	if (flags & CLONE_NEWUTS)
		own_namespace(container, CLONE_NEWUTS, now->uts, 0);
	if (flags & CLONE_NEWCGROUP)
		own_namespace(container, CLONE_NEWCGROUP, now->cgroup, 0);
	if (flags & CLONE_NEWUSER)
		own_namespace(container, CLONE_NEWUSER, now->user, set->host_user_namespace);
}

#endif
