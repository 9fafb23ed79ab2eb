/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Canaries: children of one process of brig, labelled as tasks of containers that are not. The
 * guard judges them like any other; here they get their label, and their calls that nobody else
 * watches are seen to be refused.
 */
#include "kernel/call.h"

#define CANARY_CALL(name)                                                                          \
	SEC("tracepoint/syscalls/sys_exit_" #name) int sys_exit_##name(struct syscall_exit *ctx)   \
	{                                                                                          \
		struct label *label =                                                              \
			bpf_task_storage_get(&labels, bpf_get_current_task_btf(), 0, 0);           \
                                                                                                   \
		if (label)                                                                         \
			canary_returned(label->container, ctx->ret);                               \
		return 0;                                                                          \
	}

CANARY_CALL(pidfd_send_signal)
CANARY_CALL(shmat)
CANARY_CALL(fchmod)
