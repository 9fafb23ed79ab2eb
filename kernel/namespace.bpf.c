/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* setns and unshare: what the task's namespaces are afterwards, and whether they are its
 * container's. */
#include "kernel/call.h"
#include "kernel/invariants/credentials.h"
#include "kernel/invariants/namespaces.h"

static __always_inline void namespace_call(struct call *call, struct abi_namespaces *now, u64 flags,
					   struct verdict *verdict)
{
	struct abi_namespace *body;
	struct scratch *scratch;

	carry_out_call(call, verdict);
	body = call_record(&scratch, call, ABI_CLASS_CRITICAL, ABI_NAMESPACE, sizeof(*body));
	if (!body)
		return;
	write_verdict(scratch, verdict);
	body->flags = flags;
	body->now = *now;
	record_end(scratch, call->subject.task);
}

static __always_inline void on_setns(struct call *call)
{
	struct subject *subject = &call->subject;
	struct verdict verdict = {};
	struct abi_namespaces now;

	fill_namespaces(&now, subject->task);
	/* A pid namespace takes effect for children: look at what they will get. */
	now.pid = READ(subject->task, nsproxy, pid_ns_for_children, ns.inum);
	if (call->ret == 0) {
		i3_namespaces(subject, &now, &verdict);
		if (!verdict.invariant)
			subject->label->mount_namespace = now.mount;
		announce(subject->label, subject->task);
	}
	namespace_call(call, &now, call->args[1], &verdict);
}

static __always_inline void on_unshare(struct call *call)
{
	struct subject *subject = &call->subject;
	struct verdict verdict = {};
	struct abi_namespaces now;

	if (!(call->args[0] & CLONE_NEW_ANY))
		return;
	fill_namespaces(&now, subject->task);
	now.pid = READ(subject->task, nsproxy, pid_ns_for_children, ns.inum);
	if (call->ret == 0) {
		adopt_namespaces(subject, &now, call->args[0]);
		if (call->args[0] & CLONE_NEWNS)
			subject->label->mount_namespace = now.mount;
		announce(subject->label, subject->task);
	}
	namespace_call(call, &now, call->args[0], &verdict);
}

CALL(setns, OP_SETNS, on_setns)
CALL(unshare, OP_UNSHARE, on_unshare)
