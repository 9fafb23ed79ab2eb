/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Acts on other processes. A pid argument is a number of the caller's pid namespace; only where
 * that is the host's can it name a task outside the container, and there the number is the kernel's
 * own.
 */
#include "kernel/call.h"
#include "kernel/invariants/processes.h"

static __always_inline bool sees_host_pids(struct subject *subject)
{
	struct abi_settings *set = read_settings();
	struct abi_namespaces now;

	fill_namespaces(&now, subject->task);
	return set && now.pid == set->host_pid_namespace;
}

static __always_inline void process_call(struct call *call, u32 target, u64 request,
					 struct task_struct *task)
{
	struct subject *subject = &call->subject;
	struct verdict verdict = {};
	struct abi_target *body;
	struct scratch *scratch;

	if (target)
		i5_process(subject, target, &verdict);
	carry_out_call(call, &verdict);
	body = call_record(&scratch, call, ABI_CLASS_CRITICAL, ABI_TARGET, sizeof(*body));
	if (!body)
		return;
	__builtin_memset(body, 0, sizeof(*body));
	write_verdict(scratch, &verdict);
	body->request = request;
	if (task)
		fill_process(&body->target, task);
	body->target.pid = target;
	body->target.container = target ? container_of_pid(target) : subject->label->container;
	record_end(scratch, subject->task);
}

/* Only the beginning of tracing is recorded; what a tracer does later needs it. */
static __always_inline void on_ptrace(struct call *call)
{
	u64 request = call->args[0];
	u32 target = sees_host_pids(&call->subject) ? call->args[1] : 0;

	if (request == 0 /* TRACEME */ && call->ret == 0)
		target = READ(call->subject.task, parent, tgid);
	else if (request != 16 /* ATTACH */ && request != 0x4206 /* SEIZE */)
		return;
	process_call(call, target, request, NULL);
}

static __always_inline void on_process_vm(struct call *call)
{
	process_call(call, sees_host_pids(&call->subject) ? call->args[0] : 0, 0, NULL);
}

/* A pidfd names its task whatever the caller's pid namespace: take it from the file. */
static __always_inline u32 pid_of_pidfd(struct task_struct *task, u32 descriptor)
{
	struct file *file = file_of_descriptor(task, descriptor);

	if (!file)
		return 0;
	if (magic_of(READ(file, f_inode)) == PIDFS_MAGIC)
		return host_pid_of(READ(file, f_inode, i_private));
	return host_pid_of(READ(file, private_data));
}

static __always_inline void on_pidfd_getfd(struct call *call)
{
	if (call->ret >= 0 || call->ret == -EPERM)
		process_call(call, pid_of_pidfd(call->subject.task, call->args[0]), call->args[1],
			     NULL);
}

/* prlimit64(pid, resource, new ...): reading or limiting oneself is everyday. */
static __always_inline void on_prlimit64(struct call *call)
{
	u32 target = call->args[0];

	if (!target || !call->args[2] || target == (u32)READ(call->subject.task, tgid))
		return;
	process_call(call, sees_host_pids(&call->subject) ? target : 0, call->args[1], NULL);
}

CALL(ptrace, OP_PTRACE, on_ptrace)
CALL(process_vm_readv, OP_PROCESS_VM_READ, on_process_vm)
CALL(process_vm_writev, OP_PROCESS_VM_WRITE, on_process_vm)
CALL(pidfd_getfd, OP_PIDFD_GETFD, on_pidfd_getfd)
CALL(prlimit64, OP_PRLIMIT, on_prlimit64)

#define SI_USER 0
#define SI_QUEUE (-1)
#define SI_TKILL (-6)

/*
 * Signals by every road (kill, tgkill, pidfd, sigqueue ...), at the one place they pass. Signals
 * that the kernel itself makes, from timers, terminals or faults, may arrive while anybody is
 * running: only those sent by a program count, and only across a container's border.
 */
SEC("tp_btf/signal_generate")
int BPF_PROG(signal_generate, int sig, struct kernel_siginfo *info, struct task_struct *target)
{
	struct call call = {.operation = OP_SIGNAL};
	struct label *theirs;
	int code = SI_USER;

	if (!find_subject(&call.subject))
		return 0;
	if ((unsigned long)info == 1)
		return 0;
	if ((unsigned long)info > 1)
		code = READ(info, si_code);
	if (code != SI_USER && code != SI_QUEUE && code != SI_TKILL)
		return 0;
	theirs = bpf_task_storage_get(&labels, target, 0, 0);
	if (theirs && same_house(&call.subject, theirs->container))
		return 0;
	process_call(&call, READ(target, tgid), sig, target);
	return 0;
}
