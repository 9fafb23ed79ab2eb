/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Calls that change or read the kernel itself. Every one is recorded; those that I6 forbids also
 * when refused, but for what ordinary programs try. */
#include "kernel/call.h"
#include "kernel/invariants/kernel.h"

static __always_inline void kernel_call(struct call *call, struct verdict *verdict, u64 command,
					u64 argument, u64 text)
{
	struct abi_kernel *body;
	struct scratch *scratch;

	carry_out_call(call, verdict);
	body = call_record(&scratch, call, ABI_CLASS_CRITICAL, ABI_KERNEL, sizeof(*body));
	if (!body)
		return;
	write_verdict(scratch, verdict);
	body->command = command;
	body->argument = argument;
	if (text)
		section_user_text(scratch, ABI_SECTION_TEXT, text);
	record_end(scratch, call->subject.task);
}

static __always_inline void adds_code(struct call *call, u64 command, u64 argument, u64 text)
{
	struct verdict verdict = {};

	broken(&verdict, I_KERNEL, CAUSE_KERNEL_CODE, command);
	kernel_call(call, &verdict, command, argument, text);
}

static __always_inline void on_bpf(struct call *call)
{
	struct verdict verdict = {};
	u32 program_type = 0;

	/* Refused for want of a capability: systemd asks so in every container, to learn what it
	 * has. */
	if (bpf_adds_code(call->args[0]) && call->ret != -EPERM) {
		/* union bpf_attr of PROG_LOAD begins with the program type. */
		bpf_probe_read_user(&program_type, sizeof(program_type), (void *)call->args[1]);
		broken(&verdict, I_KERNEL, CAUSE_KERNEL_CODE, call->args[0]);
	}
	kernel_call(call, &verdict, call->args[0], program_type, 0);
}

static __always_inline void on_init_module(struct call *call)
{
	adds_code(call, 0, call->args[1], call->args[2]);
}

static __always_inline void on_finit_module(struct call *call)
{
	adds_code(call, 0, call->args[0], call->args[1]);
}

static __always_inline void on_delete_module(struct call *call)
{
	adds_code(call, 0, 0, call->args[0]);
}

static __always_inline void on_kexec(struct call *call)
{
	adds_code(call, 0, call->args[1], 0);
}

/* perf_event_open(attr, pid, cpu ...): pid -1 is every process of the host. */
static __always_inline void on_perf_event_open(struct call *call)
{
	struct verdict verdict = {};

	if ((s32)call->args[1] == -1)
		broken(&verdict, I_KERNEL, CAUSE_KERNEL_MEMORY, 0);
	kernel_call(call, &verdict, 0, call->args[1], 0);
}

/* syslog(action ...): 2, 3 and 4 read the kernel log, 5 to 8 change how it is kept. */
static __always_inline void on_syslog(struct call *call)
{
	struct verdict verdict = {};

	if (call->args[0] < 2 || call->args[0] > 8)
		return;
	if (call->ret >= 0)
		broken(&verdict, I_KERNEL, CAUSE_KERNEL_MEMORY, call->args[0]);
	kernel_call(call, &verdict, call->args[0], 0, 0);
}

CALL(bpf, OP_BPF, on_bpf)
CALL(init_module, OP_MODULE_LOAD, on_init_module)
CALL(finit_module, OP_MODULE_LOAD, on_finit_module)
CALL(delete_module, OP_MODULE_UNLOAD, on_delete_module)
CALL(kexec_load, OP_KEXEC, on_kexec)
NATIVE_CALL(kexec_file_load, OP_KEXEC, on_kexec)
CALL(perf_event_open, OP_PERF, on_perf_event_open)
CALL(syslog, OP_KERNEL_LOG, on_syslog)
