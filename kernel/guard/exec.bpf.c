/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Programs and births. A task that executes its first program in a container's namespaces is
 * labelled here, before that program's first instruction; what is wrong with the way it came in is
 * refused with the exec.
 */
#include "kernel/birth.h"
#include "kernel/guard/guard.h"
#include "kernel/invariants/helpers.h"
#include "kernel/invariants/image.h"

/* A child has its parent's label from its first moment. */
SEC("lsm/task_alloc")
int BPF_PROG(guard_task_alloc, struct task_struct *child, unsigned long flags, int ret)
{
	struct label *label = bpf_task_storage_get(&labels, bpf_get_current_task_btf(), 0, 0);

	if (ret || !label)
		return ret;
	label = bpf_task_storage_get(&labels, child, label, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (label)
		label->counted = 0; /* a clone may still fail */
	return 0;
}

static __noinline bool judge_program(struct act *act, struct object *object)
{
	return shadow_differs(act) || i1_files(&act->subject, object, &act->verdict) ||
	       i8_image(&act->subject, object, &act->verdict);
}

static __noinline int born(struct act *act, struct file *file, struct object *object)
{
	u32 first = act->subject.label->born == BORN_FIRST;

	announce(act->subject.label, act->subject.task);
	birth_verdict(&act->subject, act->subject.label->born, by_runtime(act->subject.task),
		      &act->verdict);
	if (!act->verdict.invariant)
		judge_program(act, object);
	act->operation = first ? OP_CONTAINER_START : OP_CONTAINER_JOIN;
	if (decide(act, SEEN_ANYWAY) && act->refused) {
		act->verdict.refused = !act->verdict.killed;
		write_birth(&act->subject, file, act->subject.label->born, 0, &act->verdict);
	}
	return answer(act);
}

/* The label of whoever belongs to no container, for the record of it. */
__u64 no_label[sizeof(struct label) / 8];

/* A program that the kernel starts by itself: nobody but the kernel's own threads are its parents.
 */
static __always_inline int helper(struct act *act, struct object *object)
{
	if (!i6_helper(act->subject.task, object->inode, &act->verdict))
		return 0;
	act->subject.label = (struct label *)no_label;
	return file_answer(act, object, 0, UNSEEN);
}

SEC("lsm/bprm_check_security")
int BPF_PROG(guard_bprm_check_security, struct linux_binprm *program, int ret)
{
	struct file *file = program->file;
	struct object object = {};
	struct act act = {};

	if (ret || !object_of_file(&object, file))
		return ret;
	if (!contained(&act, OP_EXEC)) {
		if (give_birth(&act.subject, act.subject.task, &object) == BORN_OUTSIDE)
			return helper(&act, &object);
		return born(&act, file, &object);
	}
	if (!judge_program(&act, &object))
		return 0;
	return file_answer(&act, &object, 0,
			   act.verdict.invariant == I_IMAGE ? UNSEEN : SEEN_ANYWAY);
}

/* The exec has changed the credentials; programs that run before it ends must know. */
SEC("lsm/bprm_committed_creds")
int BPF_PROG(guard_bprm_committed_creds, struct linux_binprm *program)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct label *label = bpf_task_storage_get(&labels, task, 0, 0);

	if (label)
		announce(label, task);
	return 0;
}
