/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* open and its siblings, judged and recorded by the file object that came out. */
#include "kernel/call.h"
#include "kernel/open.h"

static __always_inline void on_opened(struct call *call, u64 path, u64 flags)
{
	if (call->ret >= 0)
		file_opened(call, file_of_descriptor(call->subject.task, call->ret), flags);
	else
		open_failed(call, path, flags);
}

static __always_inline void on_open(struct call *call)
{
	on_opened(call, call->args[0], call->args[1]);
}

static __always_inline void on_creat(struct call *call)
{
	on_opened(call, call->args[0], 01101 /* O_CREAT | O_WRONLY | O_TRUNC */);
}

static __always_inline void on_openat(struct call *call)
{
	on_opened(call, call->args[1], call->args[2]);
}

static __always_inline void on_openat2(struct call *call)
{
	u64 flags = 0;

	/* struct open_how begins with the flags. */
	bpf_probe_read_user(&flags, sizeof(flags), (void *)call->args[2]);
	on_opened(call, call->args[1], flags);
}

static __always_inline void on_open_by_handle_at(struct call *call)
{
	on_opened(call, 0, call->args[2]);
}

CALL(open, OP_OPEN, on_open)
CALL(creat, OP_OPEN, on_creat)
CALL(openat, OP_OPEN, on_openat)
CALL(openat2, OP_OPEN, on_openat2)
CALL(open_by_handle_at, OP_OPEN, on_open_by_handle_at)
