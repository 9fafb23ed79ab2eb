/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Credentials change here by the kernel's own rules. Before a change is announced, what the task
 * has is compared with what was announced before: otherwise an exploit would only have to call
 * setuid to have its gain taken for an announced one.
 */
#include "kernel/guard/guard.h"

static __always_inline int changes(u32 operation, const struct cred *to)
{
	struct act act = {};
	struct label *label;

	if (!contained(&act, operation))
		return 0;
	if (shadow_differs(&act))
		return kernel_answer(&act, operation, 0, UNSEEN);
	label = act.subject.label;
	label->permitted = CAPABILITIES(to, cap_permitted);
	label->uid = to->uid.val;
	label->effective_uid = to->euid.val;
	return 0;
}

SEC("lsm/task_fix_setuid")
int BPF_PROG(guard_task_fix_setuid, struct cred *to, const struct cred *from, int flags, int ret)
{
	return ret ? ret : changes(OP_SETUID, to);
}

SEC("lsm/capset")
int BPF_PROG(guard_capset, struct cred *to, const struct cred *from, const void *effective,
	     const void *inheritable, const void *permitted, int ret)
{
	return ret ? ret : changes(OP_CAPSET, to);
}
