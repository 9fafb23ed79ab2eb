/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The guard: LSM programs that refuse, before it happens, what an invariant forbids. An act is
 * judged by the kernel's objects alone; the answer does not depend on user space, nor on a ring
 * having room. A refusal that an earlier program gave stands.
 *
 * Every refusal counts. The first of its kind in a container (same operation, cause and object) has
 * a record at once, and so has the next one after a tenth of a second, which tells how many there
 * were between.
 */
#ifndef BRIG_GUARD_H
#define BRIG_GUARD_H

#include "kernel/call.h"
#include "kernel/invariants/credentials.h"
#include "kernel/invariants/files.h"
#include "kernel/invariants/namespaces.h"

#define TELL_AGAIN_NS 100000000ull
#define NR_IO_URING_ENTER 426

struct act {
	struct subject subject;
	struct verdict verdict;
	u32 operation;
	u32 refused;
	u64 object; /* a number for what is acted on */
	u64 repeats;
};

enum { UNSEEN, SEEN_ANYWAY }; /* does a tracepoint program record the act when it is not refused? */

/*
 * What the task has now against what was announced: a difference is what a kernel exploit leaves
 * behind. Such a task is ended, whatever it was about to do.
 */
static __always_inline bool shadow_differs(struct act *act)
{
	if (!i4_unannounced(&act->subject, &act->verdict) &&
	    !i3_mount_namespace(&act->subject, &act->verdict) &&
	    !i1_root(&act->subject, &act->verdict))
		return false;
	if (mode_of(act->subject.label->container, &act->verdict) == MODE_REFUSE)
		act->verdict.killed = bpf_send_signal(9) == 0;
	return true;
}

static __always_inline bool contained(struct act *act, u32 operation)
{
	act->operation = operation;
	return find_subject(&act->subject);
}

/* Is it time for a record of this refusal? */
static __always_inline bool tell(struct act *act)
{
	struct refusal_key key = {.container = act->subject.label->container,
				  .object = act->object,
				  .detail = act->verdict.detail,
				  .operation = act->operation,
				  .cause = act->verdict.cause};
	struct refusal *known = bpf_map_lookup_elem(&refusals, &key), fresh = {};
	u64 now = bpf_ktime_get_boot_ns();

	if (!known) {
		fresh.told_ns = now;
		bpf_map_update_elem(&refusals, &key, &fresh, BPF_ANY);
		return true;
	}
	if (now - known->told_ns < TELL_AGAIN_NS) {
		__sync_fetch_and_add(&known->untold, 1);
		return false;
	}
	known->told_ns = now;
	act->repeats = known->untold;
	__sync_fetch_and_sub(&known->untold, act->repeats);
	return true;
}

/* The number of the system call that the task is in; io_uring's work has none. */
static __always_inline long call_number(struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	return regs ? (long)regs->orig_ax : -1;
}

/* It is refused nothing but what breaks its own invariant. Never a record. */
static __always_inline bool count_canary(u64 container)
{
	struct abi_canary *canary = canary_of(container);

	if (canary)
		__sync_fetch_and_add(&canary->refused, 1);
	return false;
}

/* Applies the mode: sets act->refused, and says whether a record is to be written now. */
static __noinline bool decide(struct act *act, u32 seen)
{
	u32 mode = mode_of(act->subject.label->container, &act->verdict);

	if (!act->verdict.invariant || mode == MODE_OFF)
		return false;
	if (mode == MODE_WATCH)
		return seen == UNSEEN && tell(act);
	if (mode == MODE_KILL)
		act->verdict.killed = bpf_send_signal(9) == 0;
	act->refused = 1;
	act->subject.label->refused = refused_call(
		call_number(act->subject.task), act->subject.task->thread_info.status & TS_COMPAT);
	if (is_canary(act->subject.label->container))
		return count_canary(act->subject.label->container);
	return tell(act);
}

static __always_inline int answer(struct act *act)
{
	return act->refused ? -EPERM : 0;
}

static __always_inline u32 road_flags(struct task_struct *task)
{
	if (task->flags & PF_IO_WORKER)
		return ABI_URING;
	if (task->thread_info.status & TS_COMPAT)
		return ABI_COMPAT;
	return call_number(task) == NR_IO_URING_ENTER ? ABI_URING : 0;
}

static __always_inline void *refusal_record(struct scratch **out, struct act *act, u16 family,
					    u32 body)
{
	struct task_struct *task = act->subject.task;
	void *at = record_begin(out, task, act->subject.label->container, ABI_CLASS_CRITICAL,
				family, act->operation, body);
	struct abi_header *header;

	if (!at)
		return NULL;
	header = header_of(*out);
	header->invariant = act->verdict.invariant;
	header->cause = act->verdict.cause;
	header->cause_detail = act->verdict.detail;
	header->repeats = act->repeats;
	header->flags |= road_flags(task);
	if (act->refused) {
		header->verdict = act->verdict.killed ? VERDICT_KILLED : VERDICT_REFUSED;
		header->result = -EPERM;
	}
	return at;
}

/* The record of an act on a file; `flags` are those of the call, where it has any. */
static __noinline void record_file(struct act *act, struct object *object, u64 flags)
{
	struct abi_named_file *body;
	struct scratch *scratch;

	body = refusal_record(&scratch, act, ABI_FILE, sizeof(*body));
	if (!body)
		return;
	__builtin_memset(body, 0, sizeof(*body));
	body->flags = flags;
	if (object->inode)
		fill_file(&body->file, object);
	header_of(scratch)->flags |= section_path(scratch, ABI_SECTION_PATH, object->mnt,
						  object->dentry, act->subject.task);
	record_end(scratch, act->subject.task);
}

static __noinline void record_kernel(struct act *act, u64 command, u64 argument)
{
	struct abi_kernel *body;
	struct scratch *scratch;

	body = refusal_record(&scratch, act, ABI_KERNEL, sizeof(*body));
	if (!body)
		return;
	body->command = command;
	body->argument = argument;
	record_end(scratch, act->subject.task);
}

static __always_inline int file_answer(struct act *act, struct object *object, u64 flags, u32 seen)
{
	act->object = object->inode ? READ(object->inode, i_ino) : (u64)object->dentry;
	if (decide(act, seen))
		record_file(act, object, flags);
	return answer(act);
}

static __always_inline int kernel_answer(struct act *act, u64 command, u64 argument, u32 seen)
{
	act->object = command;
	if (decide(act, seen))
		record_kernel(act, command, argument);
	return answer(act);
}

static __always_inline bool kept_from(struct act *act, u32 surface)
{
	return broken(&act->verdict, I_SURFACE, CAUSE_SURFACE, surface);
}

enum {
	SURFACE_USER_NAMESPACES = 1,
	SURFACE_IO_URING,
	SURFACE_MOUNTS,
	SURFACE_ALG_SOCKETS,
	SURFACE_VSOCK_SOCKETS,
	SURFACE_PACKET_SOCKETS,
	SURFACE_KEY_SOCKETS,
	SURFACE_OTHER_SOCKETS,
	SURFACE_BPF,
	SURFACE_PERF,
	SURFACE_KEYRINGS,
	SURFACE_USERFAULTFD,
};

#endif
