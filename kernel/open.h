/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What happens when a file was opened, whichever road led there. */
#ifndef BRIG_OPEN_H
#define BRIG_OPEN_H

#include "kernel/call.h"
#include "kernel/invariants/credentials.h"
#include "kernel/invariants/devices.h"
#include "kernel/invariants/files.h"
#include "kernel/invariants/kernel.h"
#include "kernel/invariants/namespaces.h"
#include "kernel/invariants/processes.h"

static __always_inline void judge_open(struct subject *subject, struct object *object,
				       struct verdict *verdict)
{
	if (i4_unannounced(subject, verdict) || i3_mount_namespace(subject, verdict) ||
	    i2_device(subject, object, verdict) || i6_file(subject, object, verdict) ||
	    i5_file(subject, object, verdict) || i1_files(subject, object, verdict))
		carry_out(subject->label->container, verdict);
}

static __always_inline void file_opened(struct call *call, struct file *file, u64 flags)
{
	struct subject *subject = &call->subject;
	struct verdict verdict = {};
	struct object object = {};
	struct abi_named_file *body;
	struct scratch *scratch;

	if (!object_of_file(&object, file))
		return;
	judge_open(subject, &object, &verdict);
	if (!verdict.invariant && !wanted(OP_OPEN))
		return;
	body = call_record(&scratch, call,
			   verdict.invariant ? ABI_CLASS_CRITICAL : ABI_CLASS_TELEMETRY, ABI_FILE,
			   sizeof(*body));
	if (!body)
		return;
	write_verdict(scratch, &verdict);
	body->flags = flags;
	fill_file(&body->file, &object);
	header_of(scratch)->flags |=
		section_path(scratch, ABI_SECTION_PATH, object.mnt, object.dentry, subject->task);
	record_end(scratch, subject->task);
}

/* There is no object to judge: the kernel refused, and the name is only what the program said. */
static __always_inline void open_failed(struct call *call, u64 path, u64 flags)
{
	struct abi_named_file *body;
	struct scratch *scratch;

	if (!wanted(OP_OPEN))
		return;
	body = call_record(&scratch, call, ABI_CLASS_TELEMETRY, ABI_FILE, sizeof(*body));
	if (!body)
		return;
	__builtin_memset(body, 0, sizeof(*body));
	body->flags = flags;
	header_of(scratch)->flags |= ABI_PATH_AS_GIVEN;
	section_user_text(scratch, ABI_SECTION_PATH, path);
	record_end(scratch, call->subject.task);
}

#endif
