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
	struct upid *number = innermost_number(task->group_leader);

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

static __noinline void fill_task(struct abi_task *to, struct task_struct *task, u64 container)
{
	struct task_struct *leader = task->group_leader;
	struct task_struct *parent = task->real_parent->group_leader;
	const struct cred *cred = task->cred;

	to->container = container;
	to->start_ns = leader->start_boottime;
	to->parent_start_ns = parent->start_boottime;
	to->capabilities = CAPABILITIES(cred, cap_effective);
	to->pid = task->tgid;
	to->tid = task->pid;
	to->parent_pid = parent->pid;
	to->pid_inside = pid_inside(task);
	to->uid = cred->uid.val;
	to->gid = cred->gid.val;
	to->login_uid = (u32)-1;
	to->session = (u32)-1;
	if (bpf_core_field_exists(task->loginuid)) {
		to->login_uid = task->loginuid.val;
		to->session = task->sessionid;
	}
	__builtin_memcpy(to->comm, task->comm, sizeof(to->comm));
}

static __noinline void fill_namespaces(struct abi_namespaces *to, struct task_struct *task)
{
	struct nsproxy *proxy = task->nsproxy;
	struct upid *number = innermost_number(task);

	to->mount = typed_mount_namespace_id(proxy->mnt_ns);
	to->pid = number ? READ(number, ns, ns.inum) : 0;
	to->net = proxy->net_ns->ns.inum;
	to->ipc = proxy->ipc_ns->ns.inum;
	to->uts = proxy->uts_ns->ns.inum;
	to->cgroup = proxy->cgroup_ns->ns.inum;
	to->user = task->cred->user_ns->ns.inum;
}

__noinline int ancestors_from(struct scratch *scratch, u64 parent)
{
	struct task_struct *task = (void *)parent;
	u8 *to = scratch ? section_begin(scratch) : NULL;
	u32 count = 0;

	if (!to)
		return 0;
	for (int i = 0; i < ABI_MAX_CHAIN; i++) {
		if (!task || READ(task, pid) == 0)
			break;
		fill_process((struct abi_process *)to + i, task);
		count = i + 1;
		task = READ(task, real_parent);
	}
	section_end(scratch, ABI_SECTION_CHAIN, count * sizeof(struct abi_process), 0);
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
