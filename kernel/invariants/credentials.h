/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I4 credentials: never more than the birth record, and never changed but by a call that announces
 * it (exec, the setuid family, capset, unshare, setns, clone). The label keeps what was announced
 * last; a difference that nobody announced is what a kernel exploit leaves behind. Only gains
 * count: giving up is free.
 */
#ifndef BRIG_I4_CREDENTIALS_H
#define BRIG_I4_CREDENTIALS_H

#include "kernel/verdict.h"

#define SECCOMP_WEAKER 1
#define NO_NEW_PRIVS_WEAKER 2

/* The detail of an unannounced change: the capabilities gained, and these bits. */
#define OTHER_USER_NAMESPACE (1ull << 62)
#define OTHER_USER (1ull << 63)

struct confinement {
	u64 permitted;
	u32 user_namespace;
	u32 seccomp;
	u32 no_new_privs;
	u32 uid;
	u32 effective_uid;
};

static __always_inline void read_confinement(struct confinement *to, struct task_struct *task)
{
	/* The objective credentials: overlayfs and io_uring borrow others for a moment as
	 * subjective ones. */
	const struct cred *cred = task->real_cred;

	to->permitted = CAPABILITIES(cred, cap_permitted);
	to->user_namespace = cred->user_ns->ns.inum;
	to->seccomp = task->seccomp.mode;
	to->no_new_privs = task->atomic_flags & 1;
	to->uid = cred->uid.val;
	to->effective_uid = cred->euid.val;
}

static __always_inline void announce(struct label *label, struct task_struct *task)
{
	struct confinement now;

	read_confinement(&now, task);
	label->permitted = now.permitted;
	label->user_namespace = now.user_namespace;
	label->seccomp = now.seccomp;
	label->no_new_privs = now.no_new_privs;
	label->uid = now.uid;
	label->effective_uid = now.effective_uid;
}

static __always_inline bool i4_unannounced(struct subject *subject, struct verdict *verdict)
{
	struct label *label = subject->label;
	struct confinement now;
	u64 changed;

	read_confinement(&now, subject->task);
	changed = now.permitted & ~label->permitted;
	if (now.user_namespace != label->user_namespace)
		changed |= OTHER_USER_NAMESPACE;
	if (now.uid != label->uid || now.effective_uid != label->effective_uid)
		changed |= OTHER_USER;
	if (changed)
		return broken(verdict, I_CREDENTIALS, CAUSE_UNANNOUNCED, changed);
	if (label->seccomp && !now.seccomp)
		return broken(verdict, I_CREDENTIALS, CAUSE_LESS_CONFINEMENT, SECCOMP_WEAKER);
	if (label->no_new_privs && !now.no_new_privs)
		return broken(verdict, I_CREDENTIALS, CAUSE_LESS_CONFINEMENT, NO_NEW_PRIVS_WEAKER);
	/* seccomp and no_new_privs only ever tighten, without a call that is watched. */
	label->seccomp = now.seccomp;
	label->no_new_privs = now.no_new_privs;
	return false;
}

/* A task that joins a container that runs already (docker exec) gets no more than the container
 * had. */
static __always_inline bool i4_joined(struct subject *subject, struct verdict *verdict)
{
	struct birth *birth = subject->birth;
	struct confinement now;

	if (!birth)
		return false;
	read_confinement(&now, subject->task);
	if (now.user_namespace == birth->namespaces.user && (now.permitted & ~birth->bounding))
		return broken(verdict, I_CREDENTIALS, CAUSE_MORE_CAPABILITIES,
			      now.permitted & ~birth->bounding);
	if (birth->seccomp && !now.seccomp)
		return broken(verdict, I_CREDENTIALS, CAUSE_LESS_CONFINEMENT, SECCOMP_WEAKER);
	if (birth->no_new_privs && !now.no_new_privs)
		return broken(verdict, I_CREDENTIALS, CAUSE_LESS_CONFINEMENT, NO_NEW_PRIVS_WEAKER);
	return false;
}

#endif
