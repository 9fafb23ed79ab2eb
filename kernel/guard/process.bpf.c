/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Acts on other processes: whatever the interface, the kernel asks one of these hooks about the
 * task it found, not about a number.
 */
#include "kernel/guard/guard.h"
#include "kernel/invariants/processes.h"

#define PTRACE_MODE_READ 1
#define PTRACE_MODE_NOAUDIT 4

static __noinline void record_target(struct act *act, struct task_struct *target, u64 request)
{
	struct abi_target *body;
	struct scratch *scratch;

	body = refusal_record(&scratch, act, ABI_TARGET, sizeof(*body));
	if (!body)
		return;
	fill_process(&body->target, target);
	body->request = request;
	record_end(scratch, act->subject.task);
}

static __always_inline u64 container_of_task(struct task_struct *task)
{
	struct label *label = bpf_task_storage_get(&labels, task, 0, 0);

	return label ? label->container : 0;
}

static __always_inline bool judge_target(struct act *act, struct task_struct *target)
{
	u64 container = container_of_task(target);

	return shadow_differs(act) ||
	       (!same_house(&act->subject, container) &&
		broken(&act->verdict, I_PROCESSES, CAUSE_FOREIGN_TASK, container));
}

static __always_inline int target_answer(struct act *act, struct task_struct *target, u64 request,
					 u32 seen)
{
	act->object = target->tgid;
	if (decide(act, seen))
		record_target(act, target, request);
	return answer(act);
}

static __always_inline int on_target(u32 operation, struct task_struct *target, u64 request,
				     u32 seen)
{
	struct act act = {};

	if (!contained(&act, operation) || !judge_target(&act, target))
		return 0;
	return target_answer(&act, target, request, seen);
}

/*
 * Tracing, memory, descriptors, and every link below /proc/PID. Where the kernel only wonders how
 * much to show (a line of /proc/PID/stat), it says so, and the answer no needs no record.
 */
SEC("lsm/ptrace_access_check")
int BPF_PROG(guard_ptrace_access_check, struct task_struct *target, unsigned int mode, int ret)
{
	struct act act = {};

	if (ret || !contained(&act, mode & PTRACE_MODE_READ ? OP_INSPECT : OP_PTRACE))
		return ret;
	if (!judge_target(&act, target))
		return 0;
	if (mode & PTRACE_MODE_NOAUDIT)
		return mode_of(act.subject.label->container, &act.verdict) < MODE_KILL ? 0 : -EPERM;
	return target_answer(&act, target, mode, UNSEEN);
}

/* Nobody asks the parent: of a container's first process it is the runtime, of the host. */
SEC("lsm/ptrace_traceme")
int BPF_PROG(guard_ptrace_traceme, struct task_struct *parent, int ret)
{
	return ret ? ret : on_target(OP_PTRACE, parent, 0, UNSEEN);
}

SEC("lsm/task_kill")
int BPF_PROG(guard_task_kill, struct task_struct *target, struct kernel_siginfo *info, int sig,
	     const struct cred *cred, int ret)
{
	/* 0 asks only whether the process is there. */
	return ret || !sig ? ret : on_target(OP_SIGNAL, target, sig, SEEN_ANYWAY);
}

SEC("lsm/task_setrlimit")
int BPF_PROG(guard_task_setrlimit, struct task_struct *target, unsigned int resource, void *limit,
	     int ret)
{
	return ret ? ret : on_target(OP_PRLIMIT, target, resource, SEEN_ANYWAY);
}

SEC("lsm/task_setscheduler")
int BPF_PROG(guard_task_setscheduler, struct task_struct *target, int ret)
{
	return ret ? ret : on_target(OP_SCHEDULE, target, 0, UNSEEN);
}

SEC("lsm/task_setnice")
int BPF_PROG(guard_task_setnice, struct task_struct *target, int nice, int ret)
{
	return ret ? ret : on_target(OP_SCHEDULE, target, 0, UNSEEN);
}

SEC("lsm/task_setioprio")
int BPF_PROG(guard_task_setioprio, struct task_struct *target, int priority, int ret)
{
	return ret ? ret : on_target(OP_SCHEDULE, target, 0, UNSEEN);
}

SEC("lsm/task_movememory")
int BPF_PROG(guard_task_movememory, struct task_struct *target, int ret)
{
	return ret ? ret : on_target(OP_SCHEDULE, target, 0, UNSEEN);
}

SEC("lsm/task_setpgid")
int BPF_PROG(guard_task_setpgid, struct task_struct *target, int group, int ret)
{
	return ret ? ret : on_target(OP_SCHEDULE, target, 0, UNSEEN);
}

/* Who made a process the owner of a file, by the address of that fact. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u64);
	__type(value, u64);
} owner_setters SEC(".maps");

/* Since 6.12 a file has a pointer to what says who owns it. */
struct file___pointed {
	struct fown_struct *f_owner;
} __attribute__((preserve_access_index));

static __always_inline u64 ownership(struct file *file)
{
	struct file___pointed *newer = (void *)file;

	if (bpf_core_field_exists(newer->f_owner))
		return (u64)READ(newer, f_owner);
	return (u64)file + bpf_core_field_offset(struct file, f_owner);
}

SEC("lsm/file_set_fowner")
int BPF_PROG(guard_file_set_fowner, struct file *file)
{
	u64 key = ownership(file), container;
	struct act act = {};

	if (!contained(&act, OP_SIGNAL)) {
		bpf_map_delete_elem(&owner_setters, &key);
		return 0;
	}
	container = act.subject.label->container;
	bpf_map_update_elem(&owner_setters, &key, &container, BPF_ANY);
	return 0;
}

/*
 * The kernel signals the owner of a file in which something has happened, in whatever task that
 * came about: the one that counts is who chose the owner.
 */
SEC("lsm/file_send_sigiotask")
int BPF_PROG(guard_file_send_sigiotask, struct task_struct *target, struct fown_struct *owner,
	     int sig, int ret)
{
	u64 key = (u64)owner, *setter = bpf_map_lookup_elem(&owner_setters, &key);
	struct act act = {};
	struct verdict verdict = {};

	if (ret || !setter)
		return ret;
	if (contained(&act, OP_SIGNAL) && act.subject.label->container == *setter)
		return on_target(OP_SIGNAL, target, sig, UNSEEN);
	if (container_of_task(target) == *setter)
		return 0;
	broken(&verdict, I_PROCESSES, CAUSE_FOREIGN_TASK, 0);
	return mode_of(*setter, &verdict) < MODE_KILL ? 0 : -EPERM;
}
