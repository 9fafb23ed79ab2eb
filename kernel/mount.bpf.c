/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Mounting, by the old call and by its newer siblings. */
#include "kernel/call.h"
#include "kernel/invariants/devices.h"

/*
 * The mount that a call just made: mount(2) gives no handle to it, but it is the newest of the
 * namespace. Lists grow at the end; trees are ordered by an id that only grows.
 */
static __always_inline struct mount *newest_mount(struct task_struct *task)
{
	struct mnt_namespace *ns = READ(task, nsproxy, mnt_ns);
	struct mnt_namespace___tree *tree = (void *)ns;
	struct mnt_namespace___list *list = (void *)ns;
	struct rb_node *node, *right;
	struct mount *mount;

	if (bpf_core_field_exists(tree->mounts)) {
		node = READ(tree, mounts.rb_node);
		for (int i = 0; node && i < 24; i++) {
			right = READ(node, rb_right);
			if (!right)
				break;
			node = right;
		}
		return node ? (void *)node - bpf_core_field_offset(struct mount___tree, mnt_node)
			    : NULL;
	}
	mount = (void *)READ(list, list.prev);
	return mount ? (void *)mount - bpf_core_field_offset(struct mount___list, mnt_list) : NULL;
}

struct mount_text {
	u64 source;
	u64 target;
	u64 filesystem;
};

static __always_inline void mount_call(struct call *call, struct mount_text *text, u64 flags,
				       struct object *made)
{
	struct verdict verdict = {};
	struct abi_mount *body;
	struct scratch *scratch;

	if (made && made->inode)
		i2_mount(&call->subject, made->inode, &verdict);
	carry_out_call(call, &verdict);
	body = call_record(&scratch, call, ABI_CLASS_CRITICAL, ABI_MOUNT, sizeof(*body));
	if (!body)
		return;
	__builtin_memset(body, 0, sizeof(*body));
	write_verdict(scratch, &verdict);
	body->flags = flags;
	if (made && made->inode)
		fill_file(&body->file, made);
	if (text->source)
		section_user_text(scratch, ABI_SECTION_SOURCE, text->source);
	if (text->target)
		section_user_text(scratch, ABI_SECTION_TARGET, text->target);
	if (text->filesystem)
		section_user_text(scratch, ABI_SECTION_FILESYSTEM, text->filesystem);
	record_end(scratch, call->subject.task);
}

#define MS_REMOUNT 32
#define MS_PROPAGATION (1 << 17 | 1 << 18 | 1 << 19 | 1 << 20)

static __always_inline void on_mount(struct call *call)
{
	struct mount_text text = {call->args[0], call->args[1], call->args[2]};
	u64 flags = call->args[3];
	struct object made = {};
	struct mount *mount = NULL;

	if (call->ret == 0 && !(flags & (MS_REMOUNT | MS_PROPAGATION)))
		mount = newest_mount(call->subject.task);
	if (mount) {
		struct vfsmount *mnt = (void *)mount + bpf_core_field_offset(struct mount, mnt);

		object_of_path(&made, mnt, READ(mnt, mnt_root));
	}
	mount_call(call, &text, flags, &made);
}

static __always_inline void on_umount(struct call *call)
{
	struct mount_text text = {.target = call->args[0]};

	mount_call(call, &text, call->args[1], NULL);
}

/* Calls whose answer is a descriptor of the mount: open_tree, fsmount. */
static __always_inline void mount_descriptor(struct call *call, struct mount_text *text, u64 flags,
					     s64 descriptor)
{
	struct object made = {};

	if (call->ret >= 0)
		object_of_file(&made, file_of_descriptor(call->subject.task, descriptor));
	mount_call(call, text, flags, &made);
}

static __always_inline void on_open_tree(struct call *call)
{
	struct mount_text text = {.source = call->args[1]};

	mount_descriptor(call, &text, call->args[2], call->ret);
}

static __always_inline void on_fsmount(struct call *call)
{
	struct mount_text text = {};

	mount_descriptor(call, &text, call->args[1], call->ret);
}

static __always_inline void on_move_mount(struct call *call)
{
	struct mount_text text = {.source = call->args[1], .target = call->args[3]};

	mount_descriptor(call, &text, call->args[4], (s32)call->args[0] >= 0 ? call->args[0] : ~0u);
}

static __always_inline void on_fsopen(struct call *call)
{
	struct mount_text text = {.filesystem = call->args[0]};

	mount_call(call, &text, call->args[1], NULL);
}

/* fsconfig(fd, command, key, value, aux): a string value is worth keeping ("source" = "/dev/sda1").
 */
static __always_inline void on_fsconfig(struct call *call)
{
	struct mount_text text = {.target = call->args[2]};

	if (call->args[1] == 1 /* FSCONFIG_SET_STRING */)
		text.source = call->args[3];
	mount_call(call, &text, call->args[1], NULL);
}

static __always_inline void on_fspick(struct call *call)
{
	struct mount_text text = {.target = call->args[1]};

	mount_call(call, &text, call->args[2], NULL);
}

static __always_inline void on_mount_setattr(struct call *call)
{
	struct mount_text text = {.target = call->args[1]};

	mount_call(call, &text, call->args[2], NULL);
}

CALL(mount, OP_MOUNT, on_mount)
NATIVE_CALL(umount, OP_UMOUNT, on_umount)
COMPAT_CALL(umount2, OP_UMOUNT, on_umount)
CALL(open_tree, OP_OPEN_TREE, on_open_tree)
CALL(open_tree_attr, OP_OPEN_TREE, on_open_tree)
CALL(fsmount, OP_FSMOUNT, on_fsmount)
CALL(move_mount, OP_MOVE_MOUNT, on_move_mount)
CALL(fsopen, OP_FSOPEN, on_fsopen)
CALL(fsconfig, OP_FSCONFIG, on_fsconfig)
CALL(fspick, OP_FSPICK, on_fspick)
CALL(mount_setattr, OP_MOUNT_SETATTR, on_mount_setattr)
