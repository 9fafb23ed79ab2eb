/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Calls that change credentials: what was asked, what the task has afterwards. They announce the
 * change to I4. */
#include "kernel/call.h"
#include "kernel/invariants/credentials.h"

static __always_inline void credential_call(struct call *call, u32 asked_count)
{
	struct task_struct *task = call->subject.task;
	const struct cred *cred = task->cred;
	struct abi_credential *body;
	struct scratch *scratch;

	if (call->ret == 0)
		announce(call->subject.label, task);
	body = call_record(&scratch, call, ABI_CLASS_CRITICAL, ABI_CREDENTIAL, sizeof(*body));
	if (!body)
		return;
	body->effective = CAPABILITIES(cred, cap_effective);
	body->permitted = CAPABILITIES(cred, cap_permitted);
	body->asked[0] = call->args[0];
	body->asked[1] = call->args[1];
	body->asked[2] = call->args[2];
	body->asked_count = asked_count;
	body->uid = READ(cred, uid.val);
	body->effective_uid = READ(cred, euid.val);
	body->gid = READ(cred, gid.val);
	body->effective_gid = READ(cred, egid.val);
	record_end(scratch, task);
}

static __always_inline void on_one(struct call *call)
{
	credential_call(call, 1);
}

static __always_inline void on_two(struct call *call)
{
	credential_call(call, 2);
}

static __always_inline void on_three(struct call *call)
{
	credential_call(call, 3);
}

static __always_inline void on_none(struct call *call)
{
	credential_call(call, 0);
}

CALL(setuid, OP_SETUID, on_one)
CALL(setreuid, OP_SETUID, on_two)
CALL(setresuid, OP_SETUID, on_three)
CALL(setfsuid, OP_SETUID, on_one)
CALL(setgid, OP_SETGID, on_one)
CALL(setregid, OP_SETGID, on_two)
CALL(setresgid, OP_SETGID, on_three)
CALL(setfsgid, OP_SETGID, on_one)
CALL(setgroups, OP_SETGROUPS, on_one)
CALL(capset, OP_CAPSET, on_none)
