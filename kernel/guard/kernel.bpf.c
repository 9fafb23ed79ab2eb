/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The kernel itself: code, memory, settings of the whole host, and the surface that it offers. */
#include "kernel/guard/guard.h"
#include "kernel/invariants/host_rights.h"
#include "kernel/invariants/kernel.h"

#define READING_MODULE 2
#define READING_POLICY 5

static __always_inline int code(u32 operation, u64 command)
{
	struct act act = {};

	if (!contained(&act, operation))
		return 0;
	if (!shadow_differs(&act))
		broken(&act.verdict, I_KERNEL, CAUSE_KERNEL_CODE, command);
	return kernel_answer(&act, command, 0, UNSEEN);
}

/* Firmware is the only thing that a contained task may make the kernel read. */
static __always_inline int loading(u32 what)
{
	if (what < READING_MODULE || what > READING_POLICY)
		return 0;
	return code(what == READING_MODULE ? OP_MODULE_LOAD : OP_KEXEC, 0);
}

SEC("lsm/kernel_read_file")
int BPF_PROG(guard_kernel_read_file, struct file *file, u32 what, bool contents, int ret)
{
	return ret ? ret : loading(what);
}

SEC("lsm/kernel_load_data")
int BPF_PROG(guard_kernel_load_data, u32 what, bool contents, int ret)
{
	return ret ? ret : loading(what);
}

static __always_inline int bpf_call(u32 command)
{
	struct act act = {};

	if (bpf_adds_code(command))
		return code(OP_BPF, command);
	if (!contained(&act, OP_BPF) || !kept_from(&act, SURFACE_BPF))
		return 0;
	return kernel_answer(&act, command, 0, UNSEEN);
}

/* A last argument was added in 6.17; the loader attaches the form that fits. */
SEC("lsm/bpf")
int BPF_PROG(guard_bpf_three, int command, void *attributes, unsigned int size, int ret)
{
	return ret ? ret : bpf_call(command);
}

SEC("lsm/bpf")
int BPF_PROG(guard_bpf_four, int command, void *attributes, unsigned int size, bool kernel, int ret)
{
	return ret || kernel ? ret : bpf_call(command);
}

/* perf_event_open(attr, pid ...): -1 is every process of the host. */
static __always_inline int perf_open(void)
{
	struct act act = {};
	struct pt_regs *regs;
	u64 pid;

	if (!contained(&act, OP_PERF))
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(act.subject.task);
	pid = act.subject.task->thread_info.status & TS_COMPAT ? regs->cx : regs->si;
	if (!shadow_differs(&act) && (s32)pid == -1)
		broken(&act.verdict, I_KERNEL, CAUSE_KERNEL_MEMORY, 0);
	else if (!act.verdict.invariant)
		kept_from(&act, SURFACE_PERF);
	return kernel_answer(&act, 0, pid, UNSEEN);
}

/* Its second argument went away in 6.12's stable series. */
SEC("lsm/perf_event_open")
int BPF_PROG(guard_perf_two, void *attributes, int type, int ret)
{
	return ret ? ret : perf_open();
}

SEC("lsm/perf_event_open")
int BPF_PROG(guard_perf_one, int type, int ret)
{
	return ret ? ret : perf_open();
}

SEC("lsm/syslog")
int BPF_PROG(guard_syslog, int action, int ret)
{
	struct act act = {};

	/* 2 to 4 read the log, 5 to 8 change how it is kept; 9 and 10 tell its size. */
	if (ret || action < 2 || action > 8 || !contained(&act, OP_KERNEL_LOG))
		return ret;
	if (!shadow_differs(&act))
		broken(&act.verdict, I_KERNEL, CAUSE_KERNEL_MEMORY, action);
	return kernel_answer(&act, action, 0, UNSEEN);
}

/*
 * Rights over the whole host, at the moment they are used. Calls that have no hook of their own are
 * known by their number here: they all ask for CAP_SYS_ADMIN.
 */
SEC("lsm/capable")
int BPF_PROG(guard_capable, const struct cred *cred, struct user_namespace *ns, int capability,
	     unsigned int options, int ret)
{
	struct act act = {};

	if (ret || !contained(&act, OP_CAPABILITY))
		return ret;
	if (shadow_differs(&act))
		return kernel_answer(&act, capability, 0, UNSEEN);
	if (capability == CAP_SYS_ADMIN && i3_entering(&act.subject, &act.verdict))
		act.operation = OP_SETNS;
	else if (capability == CAP_SYS_ADMIN && i1_unlocking(&act.subject, &act.verdict))
		act.operation = OP_MOUNT_SETATTR;
	else if (!host_right(&act.subject, ns, capability, &act.verdict))
		return 0;
	return kernel_answer(&act, capability, 0, UNSEEN);
}

SEC("lsm/userns_create")
int BPF_PROG(guard_userns_create, const struct cred *cred, int ret)
{
	struct act act = {};

	if (ret || !contained(&act, OP_UNSHARE))
		return ret;
	if (!shadow_differs(&act))
		kept_from(&act, SURFACE_USER_NAMESPACES);
	return kernel_answer(&act, 0, 0, UNSEEN);
}

/* What io_uring and userfaultfd are reached through is a file without a name, but with a kind. */
SEC("lsm/inode_init_security_anon")
int BPF_PROG(guard_inode_init_security_anon, struct inode *inode, const struct qstr *name,
	     const struct inode *context, int ret)
{
	struct act act = {};
	char kind[16] = {};
	const unsigned char *text;

	if (ret || !contained(&act, OP_IO_URING))
		return ret;
	text = name->name;
	bpf_probe_read_kernel_str(kind, sizeof(kind), text);
	if (!__builtin_memcmp(kind, "[io_uring]", 11)) {
		kept_from(&act, SURFACE_IO_URING);
	} else if (!__builtin_memcmp(kind, "[userfaultfd]", 14)) {
		act.operation = OP_USERFAULTFD;
		kept_from(&act, SURFACE_USERFAULTFD);
	}
	return kernel_answer(&act, 0, 0, UNSEEN);
}
