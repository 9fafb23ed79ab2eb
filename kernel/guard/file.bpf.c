/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Files: opened, received from another task, made executable memory. */
#include "kernel/guard/guard.h"
#include "kernel/invariants/doors.h"
#include "kernel/invariants/image.h"
#include "kernel/invariants/neighbours.h"
#include "kernel/open.h"

/* A namespace as a file: only the container's own may be held. */
static __always_inline bool i3_file(struct subject *subject, struct object *object,
				    struct verdict *verdict)
{
	struct ns_common *ns;
	u32 type;

	if (object->magic != NSFS_MAGIC || !subject->birth)
		return false;
	ns = READ(object->inode, i_private);
	type = namespace_kind(ns);
	return !own_namespace_file(subject, ns, type) &&
	       broken(verdict, I_NAMESPACES, CAUSE_FOREIGN_NAMESPACE, type);
}

/* A POSIX queue that another container made. */
static __always_inline bool i9_queue(struct subject *subject, struct object *object,
				     struct verdict *verdict)
{
	u64 entry = (u64)object->dentry, *maker;

	if (object->magic != MQUEUE_MAGIC)
		return false;
	maker = bpf_map_lookup_elem(&makers, &entry);
	return maker && !same_ipc(subject, *maker) &&
	       broken(verdict, I_NEIGHBOURS, CAUSE_NEIGHBOUR, *maker);
}

static __always_inline bool judge_file(struct act *act, struct object *object)
{
	struct subject *subject = &act->subject;
	struct verdict *verdict = &act->verdict;

	return i2_device(subject, object, verdict) || i6_file(subject, object, verdict) ||
	       i9_queue(subject, object, verdict) || i5_file(subject, object, verdict) ||
	       i3_file(subject, object, verdict) || i1_files(subject, object, verdict);
}

SEC("lsm/file_open")
int BPF_PROG(guard_file_open, struct file *file, int ret)
{
	struct act act = {};
	struct object object = {};

	if (ret || !contained(&act, OP_OPEN))
		return ret;
	if (!object_of_file(&object, file))
		return 0;
	if (!shadow_differs(&act) && !judge_file(&act, &object))
		return 0;
	return file_answer(&act, &object, READ(file, f_flags), SEEN_ANYWAY);
}

/* Whoever traces it, and whose socket it has connected to, could as well hand the file over by
 * writing its memory. */
static __always_inline bool from_tracer(struct subject *subject)
{
	u32 tracer = subject->label->tracer;

	return tracer && is_tracer(tracer, subject->task);
}

/* What another task hands over through a socket, a pidfd or a queue. */
SEC("lsm/file_receive")
int BPF_PROG(guard_file_receive, struct file *file, int ret)
{
	struct act act = {};
	struct object object = {};

	if (ret || !contained(&act, OP_RECEIVE))
		return ret;
	if (!object_of_file(&object, file))
		return 0;
	if (!shadow_differs(&act) && (from_tracer(&act.subject) || !judge_file(&act, &object)))
		return 0;
	return file_answer(&act, &object, READ(file, f_flags), UNSEEN);
}

#define PROT_EXEC 4

static __always_inline int executable(struct file *file)
{
	struct act act = {};
	struct object object = {};

	if (!contained(&act, OP_MAP) || !object_of_file(&object, file))
		return 0;
	if (!i8_image(&act.subject, &object, &act.verdict))
		return 0;
	return file_answer(&act, &object, 0, UNSEEN);
}

SEC("lsm/mmap_file")
int BPF_PROG(guard_mmap_file, struct file *file, unsigned long asked, unsigned long given,
	     unsigned long flags, int ret)
{
	if (ret || !file || !(given & PROT_EXEC))
		return ret;
	return executable(file);
}

SEC("lsm/file_mprotect")
int BPF_PROG(guard_file_mprotect, struct vm_area_struct *area, unsigned long asked,
	     unsigned long given, int ret)
{
	struct file *file;

	if (ret || !(given & PROT_EXEC))
		return ret;
	file = area->vm_file;
	return file ? executable(file) : 0;
}
