/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Changes by name, without an open: each names a directory, reached through a mount, and an entry
 * of it. Judged like a file opened for writing at that place.
 */
#include "kernel/guard/guard.h"
#include "kernel/invariants/devices.h"
#include "kernel/invariants/links.h"

static __always_inline bool judge_place(struct act *act, struct object *object)
{
	object->open_mode = FMODE_WRITE;
	return shadow_differs(act) || i1_files(&act->subject, object, &act->verdict);
}

/* `entry` where it exists, else the directory that it is to come into. */
static __always_inline bool place(struct object *object, const struct path *directory,
				  struct dentry *entry)
{
	struct vfsmount *mnt = directory->mnt;

	if (!object_of_path(object, mnt, entry) && !object_of_path(object, mnt, directory->dentry))
		return false;
	object->dentry = entry;
	return true;
}

static __always_inline int change(u32 operation, const struct path *directory, struct dentry *entry,
				  u64 flags)
{
	struct act act = {};
	struct object object = {};

	if (!contained(&act, operation) || !place(&object, directory, entry))
		return 0;
	if (!judge_place(&act, &object))
		return 0;
	return file_answer(&act, &object, flags, UNSEEN);
}

static __always_inline int change_path(u32 operation, const struct path *path, u64 flags)
{
	return change(operation, path, path->dentry, flags);
}

SEC("lsm/path_unlink")
int BPF_PROG(guard_path_unlink, const struct path *directory, struct dentry *entry, int ret)
{
	return ret ? ret : change(OP_UNLINK, directory, entry, 0);
}

SEC("lsm/path_rmdir")
int BPF_PROG(guard_path_rmdir, const struct path *directory, struct dentry *entry, int ret)
{
	return ret ? ret : change(OP_UNLINK, directory, entry, 0);
}

SEC("lsm/path_mkdir")
int BPF_PROG(guard_path_mkdir, const struct path *directory, struct dentry *entry, u16 mode,
	     int ret)
{
	return ret ? ret : change(OP_MKDIR, directory, entry, mode);
}

SEC("lsm/path_symlink")
int BPF_PROG(guard_path_symlink, const struct path *directory, struct dentry *entry,
	     const char *target, int ret)
{
	struct act act = {};
	struct object object = {};

	if (ret || !contained(&act, OP_SYMLINK) || !place(&object, directory, entry))
		return ret;
	if (!judge_place(&act, &object) &&
	    !i10_link(&act.subject, &object, directory, target, &act.verdict))
		return 0;
	return file_answer(&act, &object, 0, UNSEEN);
}

/* A name moves between two directories; both are changed. */
SEC("lsm/path_rename")
int BPF_PROG(guard_path_rename, const struct path *from, struct dentry *entry,
	     const struct path *to, struct dentry *target, unsigned int flags, int ret)
{
	if (!ret)
		ret = change(OP_RENAME, from, entry, flags);
	return ret ? ret : change(OP_RENAME, to, target, flags);
}

/* The file comes to be reachable from another directory: it and the directory are judged. */
SEC("lsm/path_link")
int BPF_PROG(guard_path_link, struct dentry *entry, const struct path *directory,
	     struct dentry *target, int ret)
{
	if (!ret)
		ret = change(OP_LINK, directory, entry, 0);
	return ret ? ret : change(OP_LINK, directory, target, 0);
}

SEC("lsm/path_truncate")
int BPF_PROG(guard_path_truncate, const struct path *path, int ret)
{
	return ret ? ret : change_path(OP_TRUNCATE, path, 0);
}

SEC("lsm/path_chown")
int BPF_PROG(guard_path_chown, const struct path *path, u64 uid, u64 gid, int ret)
{
	return ret ? ret : change_path(OP_CHOWN, path, uid);
}

SEC("lsm/path_chmod")
int BPF_PROG(guard_path_chmod, const struct path *path, u16 mode, int ret)
{
	struct act act = {};
	struct object object = {};

	if (ret || !contained(&act, OP_CHMOD) || !place(&object, path, path->dentry))
		return ret;
	if (!judge_place(&act, &object) &&
	    !i10_mode(&act.subject, &object, (object.mode & S_IFMT) | mode, &act.verdict))
		return 0;
	return file_answer(&act, &object, mode, UNSEEN);
}

/* Every file that comes to be: by mknod, and by an open that makes it. */
SEC("lsm/path_mknod")
int BPF_PROG(guard_path_mknod, const struct path *directory, struct dentry *entry, u16 mode,
	     unsigned int device, int ret)
{
	struct act act = {};
	struct object object = {};
	u32 type = mode & S_IFMT, number = kernel_device(device);

	if (ret || !contained(&act, OP_MKNOD) || !place(&object, directory, entry))
		return ret;
	if ((type == S_IFCHR || type == S_IFBLK) && number) {
		if (!device_allowed(act.subject.label->container, type, number))
			broken(&act.verdict, I_DEVICES, CAUSE_DEVICE, (u64)type << 32 | number);
	} else if (!judge_place(&act, &object)) {
		i10_mode(&act.subject, &object, type ? mode : S_IFREG | mode, &act.verdict);
	}
	if (!act.verdict.invariant)
		return 0;
	return file_answer(&act, &object, mode, UNSEEN);
}

SEC("lsm/path_chroot")
int BPF_PROG(guard_path_chroot, const struct path *path, int ret)
{
	struct act act = {};
	struct object object = {};

	if (ret || !contained(&act, OP_CHROOT) || !place(&object, path, path->dentry))
		return ret;
	if (!shadow_differs(&act) && !i1_files(&act.subject, &object, &act.verdict))
		return 0;
	return file_answer(&act, &object, 0, UNSEEN);
}

/*
 * overlayfs writes to its layers on the task's behalf, with the rights of whoever mounted it.
 * io_uring may borrow credentials too: that is the task's own act.
 */
static __always_inline bool by_the_filesystem(struct task_struct *task)
{
	return task->cred != task->real_cred && !(road_flags(task) & ABI_URING);
}

/* Changes of which the kernel tells the entry alone, without a mount. */
static __always_inline int change_entry(u32 operation, struct dentry *entry)
{
	struct act act = {};
	struct object object = {};

	if (!contained(&act, operation) || by_the_filesystem(act.subject.task) ||
	    !object_of_path(&object, NULL, entry))
		return 0;
	if (!shadow_differs(&act) && !i1_entry(&act.subject, &object, &act.verdict))
		return 0;
	return file_answer(&act, &object, 0, UNSEEN);
}

#define ATTR_MODE_OWNER_OR_SIZE 15

/* utimensat: the other attributes have hooks that tell the mount. */
static __always_inline int times(struct dentry *entry, struct iattr *attributes)
{
	return attributes->ia_valid & ATTR_MODE_OWNER_OR_SIZE ? 0 : change_entry(OP_CHMOD, entry);
}

SEC("lsm/inode_setattr")
int BPF_PROG(guard_setattr_two, struct dentry *entry, struct iattr *attributes, int ret)
{
	return ret ? ret : times(entry, attributes);
}

SEC("lsm/inode_setattr")
int BPF_PROG(guard_setattr_three, void *owner, struct dentry *entry, struct iattr *attributes,
	     int ret)
{
	return ret ? ret : times(entry, attributes);
}

SEC("lsm/inode_removexattr")
int BPF_PROG(guard_inode_removexattr, void *owner, struct dentry *entry, const char *name, int ret)
{
	return ret ? ret : change_entry(OP_SETXATTR, entry);
}

/* Until 6.2 an access list was an attribute like others. */
SEC("lsm/inode_set_acl")
int BPF_PROG(guard_inode_set_acl, void *owner, struct dentry *entry, const char *name, void *list,
	     int ret)
{
	return ret ? ret : change_entry(OP_SETXATTR, entry);
}

SEC("lsm/inode_remove_acl")
int BPF_PROG(guard_inode_remove_acl, void *owner, struct dentry *entry, const char *name, int ret)
{
	return ret ? ret : change_entry(OP_SETXATTR, entry);
}

/* The first argument differs between kernels. */
SEC("lsm/inode_setxattr")
int BPF_PROG(guard_inode_setxattr, void *owner, struct dentry *entry, const char *name,
	     const void *value, unsigned long size, int flags, int ret)
{
	struct act act = {};
	struct object object = {};

	if (ret || !contained(&act, OP_SETXATTR) || by_the_filesystem(act.subject.task) ||
	    !object_of_path(&object, NULL, entry))
		return ret;
	if (!shadow_differs(&act) && !i10_capabilities(&act.subject, &object, name, &act.verdict) &&
	    !i1_entry(&act.subject, &object, &act.verdict))
		return 0;
	return file_answer(&act, &object, 0, UNSEEN);
}
