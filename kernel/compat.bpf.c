/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * 32-bit system calls, also those of 64-bit programs (int 0x80): the per-call tracepoints do not
 * fire for them. This runs for every system call of the host, so it asks one question first.
 */
#include "kernel/call.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit_compat, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!(task->thread_info.status & TS_COMPAT))
		return 0;
	bpf_tail_call(ctx, &compat_calls, (u32)regs->orig_ax);
	return 0;
}
