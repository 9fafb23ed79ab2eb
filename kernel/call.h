/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * System calls, seen when they return: the arguments still lie in the saved registers, and the
 * result is known, so attempt and result are one record. That also sees calls that seccomp refused,
 * which enter tracepoints miss.
 *
 * The per-call tracepoints fire for 64-bit calls only. For 32-bit ones each handler exists a second
 * time as a program that compat.bpf.c jumps to.
 */
#ifndef BRIG_CALL_H
#define BRIG_CALL_H

#include "kernel/invariants/credentials.h"
#include "kernel/subject.h"
#include "kernel/verdict.h"

struct call {
	u64 args[6];
	s64 ret;
	u32 operation;
	u32 flags;   /* ABI_COMPAT */
	u32 refused; /* by the guard, which has recorded it */
	struct subject subject;
};

/*
 * Where tracepoints can be preempted (since 7.0), the kernel skips a program that is already
 * running on the CPU, and a child may miss its label. A child of a labelled task is always that
 * container's, so it is made up for at its next watched call. The threads beside one that is about
 * to execute a container's first program are the runtime's, and about to end.
 */
static __noinline struct label *inherit_late(struct task_struct *task)
{
	struct task_struct *from = task->group_leader;
	struct label *label;

	if (task->pid == task->tgid)
		from = task->real_parent;
	label = bpf_task_storage_get(&labels, from, 0, 0);
	if (!label || label->born)
		return NULL;
	label = bpf_task_storage_get(&labels, task, label, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!label)
		return NULL;
	label->counted = 0;
	announce(label, task);
	return label;
}

static __always_inline bool find_subject(struct subject *subject)
{
	struct abi_settings *set;
	u64 container;

	subject->task = bpf_get_current_task_btf();
	subject->label = bpf_task_storage_get(&labels, subject->task, 0, 0);
	if (!subject->label) {
		set = read_settings();
		if (set && set->inherit_late)
			subject->label = inherit_late(subject->task);
	}
	if (!subject->label)
		return false;
	container = subject->label->container;
	subject->birth = bpf_map_lookup_elem(&births, &container);
	/* The guard labels a child whose birth the skipped program did not count. */
	if (!subject->label->counted)
		count_task(subject->label, subject->birth, subject->task);
	return true;
}

/* A call in label.refused: 32-bit ones have numbers of their own. */
static __always_inline u32 refused_call(u32 number, bool compat)
{
	return number + 1 + (compat ? 1u << 31 : 0);
}

/* Did the guard refuse this call? What it refused in a call that nobody watches matches no other.
 */
static __always_inline void take_refusal(struct call *call, u32 number)
{
	struct label *label = call->subject.label;

	call->refused = label->refused == refused_call(number, call->flags & ABI_COMPAT);
	if (call->refused)
		label->refused = 0;
}

/* The second witness of a canary: its call was refused. That of I4 does not live to see it. */
static __always_inline void canary_returned(u64 container, s64 ret)
{
	struct abi_canary *canary;

	if (!is_canary(container) || container == I_CREDENTIALS ||
	    (ret != -EPERM && ret != -EACCES))
		return;
	canary = canary_of(container);
	if (canary)
		__sync_fetch_and_add(&canary->seen, 1);
}

static __always_inline void read_native_call(struct call *call, s64 ret)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(call->subject.task);

	call->ret = ret;
	call->args[0] = regs->di;
	call->args[1] = regs->si;
	call->args[2] = regs->dx;
	call->args[3] = regs->r10;
	call->args[4] = regs->r8;
	take_refusal(call, regs->orig_ax);
	canary_returned(call->subject.label->container, ret);
}

static __always_inline void read_compat_call(struct call *call, struct pt_regs *regs, s64 ret)
{
	call->ret = (s32)ret;
	call->flags = ABI_COMPAT;
	call->args[0] = (u32)regs->bx;
	call->args[1] = (u32)regs->cx;
	call->args[2] = (u32)regs->dx;
	call->args[3] = (u32)regs->si;
	call->args[4] = (u32)regs->di;
	take_refusal(call, regs->orig_ax);
}

#define NATIVE_CALL(name, op, handler)                                                             \
	SEC("tracepoint/syscalls/sys_exit_" #name) int sys_exit_##name(struct syscall_exit *ctx)   \
	{                                                                                          \
		struct call call = {.operation = op};                                              \
                                                                                                   \
		if (!find_subject(&call.subject))                                                  \
			return 0;                                                                  \
		read_native_call(&call, ctx->ret);                                                 \
		handler(&call);                                                                    \
		return 0;                                                                          \
	}

/* compat_NAME handles the i386 call NAME; the loader puts it into compat_calls at that call's
 * number. */
#define COMPAT_CALL(name, op, handler)                                                             \
	SEC("tp_btf/sys_exit") int BPF_PROG(compat_##name, struct pt_regs *regs, long ret)         \
	{                                                                                          \
		struct call call = {.operation = op};                                              \
                                                                                                   \
		if (!find_subject(&call.subject))                                                  \
			return 0;                                                                  \
		read_compat_call(&call, regs, ret);                                                \
		handler(&call);                                                                    \
		return 0;                                                                          \
	}

#define CALL(name, op, handler)                                                                    \
	NATIVE_CALL(name, op, handler)                                                             \
	COMPAT_CALL(name, op, handler)

/* Applies the mode to what the call has done; a refused one has done nothing. */
static __always_inline void carry_out_call(struct call *call, struct verdict *verdict)
{
	if (call->refused)
		verdict->invariant = I_NONE;
	carry_out(call->subject.label->container, verdict);
}

/* Begins the record of a call; NULL when there is no scratch. */
static __always_inline void *call_record(struct scratch **out, struct call *call, u32 record_class,
					 u16 family, u32 body)
{
	void *at = record_begin(out, call->subject.task, call->subject.label->container,
				record_class, family, call->operation, body);

	if (at) {
		header_of(*out)->result = call->ret;
		header_of(*out)->flags |= call->flags;
	}
	return at;
}

#endif
