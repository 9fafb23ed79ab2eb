/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* chroot and pivot_root: the root directory that the task has afterwards. */
#include "kernel/call.h"
#include "kernel/invariants/files.h"

static __always_inline void root_call(struct call *call, u64 path)
{
	struct subject *subject = &call->subject;
	struct verdict verdict = {};
	struct object root = {};
	struct abi_named_file *body;
	struct scratch *scratch;

	if (call->ret == 0 && object_of_path(&root, READ(subject->task, fs, root.mnt),
					     READ(subject->task, fs, root.dentry)))
		if (!i1_root(subject, &verdict))
			i1_files(subject, &root, &verdict);
	carry_out_call(call, &verdict);
	body = call_record(&scratch, call, ABI_CLASS_CRITICAL, ABI_FILE, sizeof(*body));
	if (!body)
		return;
	__builtin_memset(body, 0, sizeof(*body));
	write_verdict(scratch, &verdict);
	if (root.inode)
		fill_file(&body->file, &root);
	header_of(scratch)->flags |= ABI_PATH_AS_GIVEN;
	section_user_text(scratch, ABI_SECTION_PATH, path);
	record_end(scratch, subject->task);
}

static __always_inline void on_root(struct call *call)
{
	root_call(call, call->args[0]);
}

CALL(chroot, OP_CHROOT, on_root)
CALL(pivot_root, OP_PIVOT_ROOT, on_root)
