/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Mounts: of devices, of what came through a foreign mount, and of what was given for reading. */
#include "kernel/guard/guard.h"
#include "kernel/invariants/devices.h"
#include "kernel/invariants/leavings.h"

#define MS_RDONLY 1
#define MS_REMOUNT 32
#define MS_BIND 4096
#define NR_MOUNT_SETATTR 442

static __noinline void record_mount(struct act *act, struct object *object, u64 flags)
{
	struct abi_mount *body;
	struct scratch *scratch;

	body = refusal_record(&scratch, act, ABI_MOUNT, sizeof(*body));
	if (!body)
		return;
	__builtin_memset(body, 0, sizeof(*body));
	body->flags = flags;
	if (object->inode)
		fill_file(&body->file, object);
	section_path(scratch, ABI_SECTION_TARGET, object->mnt, object->dentry, act->subject.task);
	record_end(scratch, act->subject.task);
}

static __always_inline int mount_answer(struct act *act, struct object *object, u64 flags, u32 seen)
{
	act->object = READ(object->inode, i_ino);
	if (decide(act, seen))
		record_mount(act, object, flags);
	return answer(act);
}

/* Was this filesystem mounted for the container by others, to be read only? */
static __always_inline bool made_writable(struct act *act, struct vfsmount *mnt, u64 flags)
{
	return (flags & MS_REMOUNT) && !(flags & MS_RDONLY) &&
	       (READ(mnt, mnt_flags) & MNT_READONLY) &&
	       broken(&act->verdict, I_FILES, CAUSE_READ_ONLY_MOUNT, 0);
}

SEC("lsm/sb_mount")
int BPF_PROG(guard_sb_mount, const char *source, const struct path *target, const char *type,
	     unsigned long flags, void *data, int ret)
{
	struct act act = {};
	struct object object = {};
	struct vfsmount *mnt = target->mnt;

	if (ret || !contained(&act, OP_MOUNT) || !object_of_path(&object, mnt, target->dentry))
		return ret;
	if (!shadow_differs(&act) && !made_writable(&act, mnt, flags) &&
	    !kept_from(&act, SURFACE_MOUNTS))
		return 0;
	return mount_answer(&act, &object, flags, UNSEEN);
}

/* Moving a mount, or putting a new one into the tree, by the newer calls. */
SEC("lsm/move_mount")
int BPF_PROG(guard_move_mount, const struct path *from, const struct path *to, int ret)
{
	struct act act = {};
	struct object object = {};

	if (ret || !contained(&act, OP_MOVE_MOUNT) ||
	    !object_of_path(&object, from->mnt, from->dentry))
		return ret;
	if (!shadow_differs(&act) && !i1_files(&act.subject, &object, &act.verdict) &&
	    !kept_from(&act, SURFACE_MOUNTS))
		return 0;
	return mount_answer(&act, &object, 0, UNSEEN);
}

static __always_inline void superblock_root(struct object *object, struct super_block *sb)
{
	object->dentry = sb->s_root;
	object->inode = READ(object->dentry, d_inode);
	object->sb = sb;
	object->magic = READ(sb, s_magic);
	object->device = READ(sb, s_dev);
}

/* A filesystem comes to be mounted, by whichever call: on which device does it lie? */
SEC("lsm/sb_kern_mount")
int BPF_PROG(guard_sb_kern_mount, struct super_block *sb, int ret)
{
	struct act act = {};
	struct object object = {};
	struct block_device *bdev = sb->s_bdev;
	u32 device;

	if (ret || !bdev || !contained(&act, OP_MOUNT))
		return ret;
	device = READ(bdev, bd_dev);
	if (device_allowed(act.subject.label->container, S_IFBLK, device))
		return 0;
	broken(&act.verdict, I_DEVICES, CAUSE_DEVICE_MOUNT, (u64)S_IFBLK << 32 | device);
	superblock_root(&object, sb);
	return mount_answer(&act, &object, 0, UNSEEN);
}

/* The kind of host's directory that an overlay writes to, or 0. */
static __always_inline u32 guarded_upper(struct subject *subject, struct object *upper)
{
	struct abi_inode_key key;
	u32 *named, kind;

	if (!upper->dentry || !object_of_path(upper, NULL, upper->dentry) ||
	    on_own_storage(subject, upper))
		return 0;
	key = inode_key(upper->inode);
	named = bpf_map_lookup_elem(&guarded, &key); /* the host's root directory as well */
	kind = named ? *named : host_directory(subject, upper);
	return kind == HOST_ORDINARY || object_allowed(subject->label->container, kind) ? 0 : kind;
}

/*
 * An overlay: what is changed in it changes its upper layer without a name, so that must be the
 * container's own. Reading from its layers is judged as it happens (layer_is_own).
 */
SEC("lsm/sb_kern_mount")
int BPF_PROG(guard_overlay_mounted, struct super_block *sb, int ret)
{
	struct object object = {};
	struct act act = {};
	u32 device = sb->s_dev, kind;
	u64 container;

	if (ret || sb->s_magic != OVERLAYFS_MAGIC)
		return ret;
	if (!contained(&act, OP_MOUNT)) {
		bpf_map_delete_elem(&own_overlays, &device);
		return ret;
	}
	container = act.subject.label->container;
	bpf_map_update_elem(&own_overlays, &device, &container, BPF_ANY);
	if (!shadow_differs(&act)) {
		object.dentry = upper_of(READ(sb, s_root, d_inode));
		kind = guarded_upper(&act.subject, &object);
		if (!kind)
			return 0;
		broken(&act.verdict, I_FILES, CAUSE_HOST_DIRECTORY, kind);
	}
	superblock_root(&object, sb);
	return mount_answer(&act, &object, 0, UNSEEN);
}

/* Superblocks are shared by all who mounted them: the container may remount only what it made. */
SEC("lsm/sb_umount")
int BPF_PROG(guard_sb_umount, struct vfsmount *mnt, int flags, int ret)
{
	struct act act = {};
	struct object object = {};

	if (ret || !contained(&act, OP_UMOUNT) || !object_of_path(&object, mnt, mnt->mnt_root))
		return ret;
	if (!shadow_differs(&act) && !foreign_mount(&act.subject, mnt))
		return 0;
	if (!act.verdict.invariant)
		broken(&act.verdict, I_FILES, CAUSE_FOREIGN_MOUNT, 0);
	return mount_answer(&act, &object, flags, UNSEEN);
}

SEC("lsm/sb_pivotroot")
int BPF_PROG(guard_sb_pivotroot, const struct path *from, const struct path *to, int ret)
{
	struct act act = {};
	struct object object = {};

	if (ret || !contained(&act, OP_PIVOT_ROOT) || !object_of_path(&object, to->mnt, to->dentry))
		return ret;
	if (!shadow_differs(&act) && !i1_files(&act.subject, &object, &act.verdict))
		return 0;
	return mount_answer(&act, &object, 0, UNSEEN);
}
