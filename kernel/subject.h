/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Who acts: the task, its label and its container's birth record, and their part of a record. */
#ifndef BRIG_SUBJECT_H
#define BRIG_SUBJECT_H

#include "kernel/record.h"

struct subject {
	struct task_struct *task;
	struct label *label;
	struct birth *birth;
};

static __always_inline u32 host_pid_of(struct pid *pid)
{
	return pid ? READ(pid, numbers[0].nr) : 0;
}

/*
 * The number of `task` in its own pid namespace, and that namespace: the innermost of its struct
 * pid. Read, not followed: a typed pointer may not be moved by a variable before 6.2.
 */
static __always_inline struct upid *innermost_number(struct task_struct *task)
{
	struct pid *pid = READ(task, thread_pid);
	u32 level = READ(pid, level);

	if (!pid || level > 32)
		return NULL;
	return (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       level * bpf_core_type_size(struct upid);
}

static __always_inline u32 pid_inside(struct task_struct *task)
{
	struct upid *number = innermost_number(READ(task, group_leader));

	return number ? READ(number, nr) : 0;
}

static __always_inline u64 container_of_pid(u32 tid)
{
	u64 *container = bpf_map_lookup_elem(&task_containers, &tid);

	return container ? *container : 0;
}

/* Another task, as far as its own structure tells. */
static __noinline void fill_process(struct abi_process *to, struct task_struct *task)
{
	struct task_struct *leader = READ(task, group_leader);

	to->pid = READ(leader, pid);
	to->start_ns = READ(leader, start_boottime);
	to->uid = READ(task, cred, uid.val);
	to->container = container_of_pid(to->pid);
	BPF_CORE_READ_INTO(&to->comm, leader, comm);
}

/* Once in a task's life. `birth` may be NULL. */
static __noinline void count_task(struct label *label, struct birth *birth,
				  struct task_struct *task)
{
	u64 container = label->container;
	u32 tid = READ(task, pid);

	label->counted = 1;
	bpf_map_update_elem(&task_containers, &tid, &container, BPF_ANY);
	if (birth)
		__sync_fetch_and_add(&birth->tasks, 1);
}

struct whose {
	u64 task; /* its address */
	u64 container;
};

/* Read, not followed by type: these are cold, and each typed step costs some kernels (6.18) half a
 * millisecond of verifying. */
__noinline int task_at(struct abi_task *to, struct whose *whose)
{
	struct task_struct *task, *leader, *parent;
	const struct cred *cred;

	if (!to || !whose)
		return 0;
	task = (void *)whose->task;
	leader = READ(task, group_leader);
	parent = READ(task, real_parent, group_leader);
	cred = READ(task, cred);
	to->container = whose->container;
	to->start_ns = READ(leader, start_boottime);
	to->parent_start_ns = READ(parent, start_boottime);
	bpf_probe_read_kernel(&to->capabilities, sizeof(to->capabilities),
			      &CAPABILITIES(cred, cap_effective));
	to->pid = READ(task, tgid);
	to->tid = READ(task, pid);
	to->parent_pid = READ(parent, pid);
	to->pid_inside = pid_inside(task);
	to->uid = READ(cred, uid.val);
	to->gid = READ(cred, gid.val);
	to->login_uid = (u32)-1;
	to->session = (u32)-1;
	if (bpf_core_field_exists(task->loginuid)) {
		to->login_uid = READ(task, loginuid.val);
		to->session = READ(task, sessionid);
	}
	BPF_CORE_READ_INTO(&to->comm, task, comm);
	return 0;
}

static __always_inline void fill_task(struct abi_task *to, struct task_struct *task, u64 container)
{
	struct whose whose = {.task = (u64)task, .container = container};

	task_at(to, &whose);
}

static __noinline void fill_namespaces(struct abi_namespaces *to, struct task_struct *task)
{
	struct nsproxy *proxy = READ(task, nsproxy);
	struct upid *number = innermost_number(task);

	to->mount = mount_namespace_id(READ(proxy, mnt_ns));
	to->pid = number ? READ(number, ns, ns.inum) : 0;
	to->net = READ(proxy, net_ns, ns.inum);
	to->ipc = READ(proxy, ipc_ns, ns.inum);
	to->uts = READ(proxy, uts_ns, ns.inum);
	to->cgroup = READ(proxy, cgroup_ns, ns.inum);
	to->user = READ(task, cred, user_ns, ns.inum);
}

struct ancestor_walk {
	struct task_struct *task;
	struct abi_process *to;
	u32 count;
};

static long ancestor_step(u32 index, struct ancestor_walk *walk)
{
	if (index >= ABI_MAX_CHAIN || !walk->task || READ(walk->task, pid) == 0)
		return 1;
	fill_process(walk->to + index, walk->task);
	walk->count = index + 1;
	walk->task = READ(walk->task, real_parent);
	return 0;
}

__noinline int ancestors_from(struct scratch *scratch, u64 parent)
{
	u8 *to = scratch ? section_begin(scratch) : NULL;
	struct ancestor_walk walk = {.task = (void *)parent, .to = (void *)to};

	if (!to)
		return 0;
	bpf_loop(ABI_MAX_CHAIN, ancestor_step, &walk, 0);
	section_end(scratch, ABI_SECTION_CHAIN,
		    (walk.count & (2 * ABI_MAX_CHAIN - 1)) * sizeof(struct abi_process), 0);
	return 0;
}

/* The ancestors, so that a critical record tells its story alone. */
static __always_inline void section_chain(struct scratch *scratch, struct task_struct *task)
{
	ancestors_from(scratch, (u64)READ(task, real_parent));
}

/*
 * Starts a record about `subject`: header, task, and a zeroed body of `body` bytes, which it
 * returns. NULL when there is no scratch; then the loss is counted.
 */
static __always_inline void *record_begin(struct scratch **out, struct task_struct *task,
					  u64 container, u32 record_class, u16 family,
					  u16 operation, u32 body)
{
	struct scratch *scratch = scratch_take(record_class);
	struct abi_header *header;

	*out = scratch;
	if (!scratch)
		return NULL;
	header = (void *)scratch->record;
	__builtin_memset(header, 0, sizeof(*header));
	header->family = family;
	header->version = ABI_VERSION;
	header->time_ns = bpf_ktime_get_boot_ns();
	header->cpu = bpf_get_smp_processor_id();
	header->operation = operation;
	header->record_class = record_class;
	fill_task((struct abi_task *)(header + 1), task, container);
	scratch->used = sizeof(*header) + sizeof(struct abi_task) + body;
	return (void *)(header + 1) + sizeof(struct abi_task);
}

static __always_inline struct abi_header *header_of(struct scratch *scratch)
{
	return (void *)scratch->record;
}

static __always_inline void record_end(struct scratch *scratch, struct task_struct *task)
{
	if (header_of(scratch)->record_class == ABI_CLASS_CRITICAL)
		section_chain(scratch, task);
	submit(scratch);
	scratch_give(scratch);
}

/* The same, with a copy for the process that fetches facts. A copy that finds no room is made up
 * for later. */
static __always_inline void record_end_announced(struct scratch *scratch, struct task_struct *task)
{
	section_chain(scratch, task);
	submit(scratch);
	if (scratch->used <= ABI_MAX_RECORD)
		bpf_ringbuf_output(&announcements, scratch->record, scratch->used, 0);
	scratch_give(scratch);
}

#endif
