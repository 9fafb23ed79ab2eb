/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* mknod of device nodes. */
#include "kernel/call.h"
#include "kernel/invariants/devices.h"

static __always_inline void made_node(struct call *call, u64 path, u32 mode, u32 given)
{
	u32 type = mode & S_IFMT, device = kernel_device(given);
	struct verdict verdict = {};
	struct abi_named_file *body;
	struct scratch *scratch;

	if ((type != S_IFCHR && type != S_IFBLK) || device == 0)
		return;
	if (!device_allowed(call->subject.label->container, type, device))
		broken(&verdict, I_DEVICES, CAUSE_DEVICE, (u64)type << 32 | device);
	carry_out_call(call, &verdict);
	body = call_record(&scratch, call, ABI_CLASS_CRITICAL, ABI_FILE, sizeof(*body));
	if (!body)
		return;
	__builtin_memset(body, 0, sizeof(*body));
	write_verdict(scratch, &verdict);
	body->file.mode = mode;
	body->file.device_node = device;
	header_of(scratch)->flags |= ABI_PATH_AS_GIVEN;
	section_user_text(scratch, ABI_SECTION_PATH, path);
	record_end(scratch, call->subject.task);
}

static __always_inline void on_mknod(struct call *call)
{
	made_node(call, call->args[0], call->args[1], call->args[2]);
}

static __always_inline void on_mknodat(struct call *call)
{
	made_node(call, call->args[1], call->args[2], call->args[3]);
}

CALL(mknod, OP_MKNOD, on_mknod)
CALL(mknodat, OP_MKNOD, on_mknodat)
