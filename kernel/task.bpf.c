/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The life of tasks: the label is given at the first exec inside a container's namespaces,
 * inherited at every clone, and goes with the task. task_newtask and not sched_process_fork:
 * io_uring's workers are made without the latter.
 */
#include "kernel/birth.h"
#include "kernel/call.h"
#include "kernel/canary.h"

static __always_inline void record_fork(struct subject *parent, struct task_struct *child,
					u64 flags)
{
	bool makes_namespace = flags & CLONE_NEW_ANY;
	u32 operation = makes_namespace ? OP_CLONE : OP_FORK;
	struct scratch *scratch;
	struct abi_fork *fork;

	if (makes_namespace) {
		struct abi_namespace *made =
			record_begin(&scratch, parent->task, parent->label->container,
				     ABI_CLASS_CRITICAL, ABI_NAMESPACE, operation, sizeof(*made));

		if (made) {
			made->flags = flags;
			fill_namespaces(&made->now, child);
			header_of(scratch)->result = READ(child, pid);
			record_end(scratch, parent->task);
		}
	}
	if (!wanted(OP_FORK))
		return;
	fork = record_begin(&scratch, parent->task, parent->label->container, ABI_CLASS_TELEMETRY,
			    ABI_FORK, OP_FORK, sizeof(*fork));
	if (!fork)
		return;
	fork->clone_flags = flags;
	fill_process(&fork->child, child);
	record_end(scratch, parent->task);
}

SEC("tp_btf/task_newtask")
int BPF_PROG(task_newtask, struct task_struct *child, u64 flags)
{
	struct subject parent, subject = {.task = child};
	struct abi_namespaces now;
	struct label *label;

	if (!find_subject(&parent)) {
		inherit_starter(parent.task, child);
		make_canary(parent.task, child);
		return 0;
	}
	label = bpf_task_storage_get(&labels, child, parent.label, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!label) {
		count_lost(ABI_CLASS_CRITICAL); /* no memory for a label: never silent */
		return 0;
	}
	label->born = 0;
	count_task(label, parent.birth, child);
	if (flags & CLONE_NEW_ANY) {
		subject.label = label;
		subject.birth = parent.birth;
		fill_namespaces(&now, child);
		adopt_namespaces(&subject, &now, flags);
		if (flags & CLONE_NEWNS)
			label->mount_namespace = now.mount;
		announce(label, child);
	}
	if (!(flags & CLONE_THREAD))
		record_fork(&parent, child, flags);
	return 0;
}

/* Of the current task. */
__noinline int record_exec(u64 file)
{
	struct verdict verdict = {};
	struct object object = {};
	struct subject subject;
	struct scratch *scratch;
	struct abi_exec *exec;

	if (!find_subject(&subject) || !object_of_file(&object, (void *)file))
		return 0;
	if (!i1_files(&subject, &object, &verdict) && !i1_root(&subject, &verdict))
		i3_mount_namespace(&subject, &verdict);
	carry_out(subject.label->container, &verdict);
	if (!verdict.invariant && !wanted(OP_EXEC))
		return 0;
	exec = record_begin(&scratch, subject.task, subject.label->container,
			    verdict.invariant ? ABI_CLASS_CRITICAL : ABI_CLASS_TELEMETRY, ABI_EXEC,
			    OP_EXEC, sizeof(*exec));
	if (!exec)
		return 0;
	write_verdict(scratch, &verdict);
	fill_file(&exec->file, &object);
	header_of(scratch)->flags |=
		section_path(scratch, ABI_SECTION_PATH, object.mnt, object.dentry, subject.task);
	section_arguments(scratch, subject.task);
	record_end(scratch, subject.task);
	return 0;
}

/* Of the current task, which has just been born into a container or joined one. */
__noinline int record_own_birth(u64 file, u32 born, bool announced)
{
	struct subject subject;

	if (find_subject(&subject))
		record_birth(&subject, (void *)file, born, 0, announced);
	return 0;
}

/* A thread that executes a program takes over the number of its process, whose first thread is
 * gone. */
static __always_inline void take_over_number(struct subject *subject, u32 old_pid)
{
	u64 container = subject->label->container;
	u32 pid = subject->task->pid;

	if (old_pid == pid)
		return;
	bpf_map_delete_elem(&task_containers, &old_pid);
	bpf_map_update_elem(&task_containers, &pid, &container, BPF_ANY);
}

/* Who is met now may have run before brig. The walk over all tasks finds it, if it lives on. */
static __always_inline bool is_looking(void)
{
	struct abi_settings *set = read_settings();

	return set && set->settling >= ABI_LOOKING;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(sched_process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct file *file = READ(bprm, file);
	struct object program = {};
	struct subject subject;
	u32 born;

	object_of_file(&program, file);
	if (!find_subject(&subject) &&
	    (is_looking() || give_birth(&subject, task, &program) == BORN_OUTSIDE)) {
		note_starter(task, READ(file, f_inode));
		return 0;
	}
	take_over_number(&subject, old_pid);
	announce(subject.label, task);
	/* Where the guard runs it has given the label before. */
	born = subject.label->born;
	if (born) {
		subject.label->born = 0;
		record_own_birth((u64)file, born, by_runtime(task));
		bpf_task_storage_delete(&starters, task);
	}
	record_exec((u64)file);
	return 0;
}

#define PR_SET_MM 35
#define PR_SET_MM_EXE_FILE 13
#define PR_SET_MM_MAP 14

/*
 * A restored checkpoint: nobody executes the container's programs, their memory is put back and
 * each process declares what it runs from now on. That is its exec, and comes before the first
 * instruction that goes on where the checkpoint was taken. Its threads are cloned after it. Who
 * does this is a runtime's child by clone alone.
 */
SEC("tracepoint/syscalls/sys_exit_prctl")
int sys_exit_prctl(struct syscall_exit *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct object program = {};
	struct subject subject;
	struct file *file;
	u32 born;

	if (regs->di != PR_SET_MM || ctx->ret != 0 ||
	    (regs->si != PR_SET_MM_MAP && regs->si != PR_SET_MM_EXE_FILE))
		return 0;
	file = READ(task, mm, exe_file);
	object_of_file(&program, file);
	if (find_subject(&subject) || is_looking())
		return 0;
	born = give_birth(&subject, task, &program);
	if (born == BORN_OUTSIDE)
		return 0;
	announce(subject.label, task);
	subject.label->born = 0;
	record_own_birth((u64)file, born, by_runtime(task) || starter_kind(task) == RUN_BY_RUNTIME);
	bpf_task_storage_delete(&starters, task);
	return 0;
}

static __always_inline void exec_failed(struct call *call, u64 path)
{
	struct scratch *scratch;
	struct abi_exec *exec;

	if (call->ret >= 0 || !wanted(OP_EXEC))
		return;
	exec = call_record(&scratch, call, ABI_CLASS_TELEMETRY, ABI_EXEC, sizeof(*exec));
	if (!exec)
		return;
	__builtin_memset(exec, 0, sizeof(*exec));
	header_of(scratch)->flags |= ABI_PATH_AS_GIVEN;
	section_user_text(scratch, ABI_SECTION_PATH, path);
	record_end(scratch, call->subject.task);
}

static __always_inline void on_execve(struct call *call)
{
	exec_failed(call, call->args[0]);
}

static __always_inline void on_execveat(struct call *call)
{
	exec_failed(call, call->args[1]);
}

CALL(execve, OP_EXEC, on_execve)
CALL(execveat, OP_EXEC, on_execveat)

static __always_inline void record_exit(struct task_struct *task, u64 container)
{
	u32 code = READ(task, exit_code);
	struct scratch *scratch;
	struct abi_exit *exit;

	exit = record_begin(&scratch, task, container, ABI_CLASS_TELEMETRY, ABI_EXIT, OP_EXIT,
			    sizeof(*exit));
	if (!exit)
		return;
	exit->status = code >> 8 & 0xff;
	exit->signal = code & 0x7f;
	record_end(scratch, task);
}

/* A caller of an engine ends: few, and needed to tell who was calling when, so never shed. */
static __always_inline void caller_exit(struct task_struct *task, u32 pid)
{
	struct scratch *scratch;
	struct abi_exit *exit;

	if (!bpf_map_lookup_elem(&callers, &pid))
		return;
	bpf_map_delete_elem(&callers, &pid);
	exit = record_begin(&scratch, task, 0, ABI_CLASS_CRITICAL, ABI_EXIT, OP_EXIT,
			    sizeof(*exit));
	if (!exit)
		return;
	exit->status = READ(task, exit_code) >> 8 & 0xff;
	exit->signal = READ(task, exit_code) & 0x7f;
	record_end(scratch, task);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(sched_process_exit, struct task_struct *task)
{
	bool last_thread = READ(task, signal, live.counter) == 0;
	u32 tid = READ(task, pid), tgid = READ(task, tgid);
	struct subject subject;

	if (!find_subject(&subject)) {
		if (last_thread) {
			caller_exit(task, tgid);
			no_more_canaries(tgid);
		}
		return 0;
	}
	canary_ended(subject.label->container, READ(task, exit_code) & 0x7f);
	if (last_thread && wanted(OP_EXIT))
		record_exit(task, subject.label->container);
	bpf_map_delete_elem(&task_containers, &tid);
	if (subject.birth && __sync_fetch_and_add(&subject.birth->tasks, -1) == 1)
		record_end_of_container(&subject);
	return 0;
}
