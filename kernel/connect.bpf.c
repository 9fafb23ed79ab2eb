/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * connect. Also from outside containers, where only one thing counts: who calls a container
 * engine's socket is the person behind the container that starts next.
 */
#include "kernel/connect.h"

static __always_inline void on_connect(struct call *call)
{
	struct file *file = file_of_descriptor(call->subject.task, call->args[0]);
	struct destination to = {};

	given_destination(&to, call->args[1]);
	if (is_socket(file))
		socket_destination(&to, file);
	connected(call, &to, call->args[1], call->args[2]);
}

static __always_inline void engine_called(struct task_struct *task, u32 descriptor)
{
	u32 pid = READ(task, tgid);
	struct file *file = file_of_descriptor(task, descriptor);
	u64 now = bpf_ktime_get_boot_ns();
	struct destination to = {};
	struct abi_connect *body;
	struct scratch *scratch;

	if (!is_socket(file))
		return;
	socket_destination(&to, file);
	if (to.inet.family != AF_UNIX)
		return;
	to.inet.door = peer_door(&to);
	if (!is_engine(to.inet.door) || bpf_map_lookup_elem(&own_processes, &pid))
		return;
	bpf_map_update_elem(&callers, &pid, &now, BPF_ANY);
	body = record_begin(&scratch, task, 0, ABI_CLASS_CRITICAL, ABI_CONNECT, OP_CALLER,
			    sizeof(*body));
	if (!body)
		return;
	*body = to.inet;
	section_unix_address(scratch, &to, 0, 0);
	section_arguments(scratch, task);
	record_end(scratch, task);
}

SEC("tracepoint/syscalls/sys_exit_connect") int sys_exit_connect(struct syscall_exit *ctx)
{
	struct call call = {.operation = OP_CONNECT};
	struct pt_regs *regs;

	if (find_subject(&call.subject)) {
		read_native_call(&call, ctx->ret);
		on_connect(&call);
	} else if (ctx->ret == 0) {
		regs = (void *)bpf_task_pt_regs(call.subject.task);
		engine_called(call.subject.task, READ(regs, di));
	}
	return 0;
}

COMPAT_CALL(connect, OP_CONNECT, on_connect)

/* The i386 call that stands for all socket calls: socketcall(SYS_CONNECT, {fd, address, length}).
 */
static __always_inline void on_socketcall(struct call *call)
{
	u32 args[3] = {};

	if (call->args[0] != 3 || bpf_probe_read_user(args, sizeof(args), (void *)call->args[1]))
		return;
	call->args[0] = args[0];
	call->args[1] = args[1];
	call->args[2] = args[2];
	on_connect(call);
}

COMPAT_CALL(socketcall, OP_CONNECT, on_socketcall)
