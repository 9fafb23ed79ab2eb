/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What is acted on: the file behind a descriptor, and what the record says of it. */
#ifndef BRIG_OBJECT_H
#define BRIG_OBJECT_H

#include "kernel/path.h"

/* A file as the kernel knows it; what every invariant asks for is read once. */
struct object {
	struct vfsmount *mnt;
	struct dentry *dentry;
	struct inode *inode;
	struct super_block *sb;
	u32 open_mode; /* FMODE_* */
	u32 magic;     /* of the superblock */
	u32 device;    /* of the superblock */
	u32 mode;      /* type and permissions */
};

static __always_inline struct file *file_of_descriptor(struct task_struct *task, u32 descriptor)
{
	struct fdtable *table = task->files->fdt;
	struct file *file = NULL;

	if (descriptor >= table->max_fds)
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), table->fd + descriptor);
	return file;
}

static __always_inline bool fill_object(struct object *object, struct path *path,
					struct inode *inode)
{
	object->mnt = path->mnt;
	object->dentry = path->dentry;
	object->inode = inode;
	if (!inode)
		return false;
	object->mode = READ(inode, i_mode);
	object->sb = READ(inode, i_sb);
	object->magic = READ(object->sb, s_magic);
	object->device = READ(object->sb, s_dev);
	return true;
}

static __always_inline bool object_of_file(struct object *object, struct file *file)
{
	struct path path = {};

	if (!file)
		return false;
	BPF_CORE_READ_INTO(&path, file, f_path);
	object->open_mode = READ(file, f_mode);
	return fill_object(object, &path, READ(file, f_inode));
}

static __always_inline bool object_of_path(struct object *object, struct vfsmount *mnt,
					   struct dentry *dentry)
{
	struct path path = {.mnt = mnt, .dentry = dentry};

	object->open_mode = 0;
	return fill_object(object, &path, READ(dentry, d_inode));
}

static __always_inline bool is_internal(struct mnt_namespace *ns)
{
	return !ns || (unsigned long)ns >= (unsigned long)-4095;
}

/*
 * The mount namespace that a mount belongs to; 0 for the kernel's internal mounts (pipes, memfd,
 * overlay's layers: an error pointer or NULL there) and for detached ones on kernels that number
 * them 0.
 */
static __always_inline u64 namespace_of_mount(struct vfsmount *mnt)
{
	struct mnt_namespace *ns = mnt ? READ(real_mount(mnt), mnt_ns) : NULL;

	return is_internal(ns) ? 0 : mount_namespace_id(ns);
}

/*
 * A filesystem opens its own layers: through a mount that no task can name, or (overlay until 6.7)
 * by an inode under the name of another. The open that the task asked for is judged by itself.
 */
static __always_inline bool of_a_layer(struct object *object)
{
	struct inode *named = READ(object->dentry, d_inode);

	return object->mnt && (is_internal(READ(real_mount(object->mnt), mnt_ns)) ||
			       (named && named != object->inode));
}

static __always_inline u32 magic_of(struct inode *inode)
{
	return READ(inode, i_sb, s_magic);
}

static __always_inline struct abi_inode_key inode_key(struct inode *inode)
{
	struct abi_inode_key key = {
		.inode = READ(inode, i_ino),
		.device = READ(inode, i_sb, s_dev),
	};

	return key;
}

/*
 * On overlay: was this file written since the container's start? struct ovl_inode holds the upper
 * dentry right after the inode it embeds (all kernels from 4.8 on); overlay is often a module, so
 * its BTF cannot be asked.
 */
static __always_inline struct dentry *upper_of(struct inode *inode)
{
	struct dentry *upper = NULL;

	bpf_probe_read_kernel(&upper, sizeof(upper),
			      (void *)inode + bpf_core_type_size(struct inode));
	return upper;
}

static __always_inline bool is_upper(struct inode *inode)
{
	return upper_of(inode) != NULL;
}

static __noinline void fill_file(struct abi_file *to, struct object *object)
{
	struct inode *inode = object->inode;

	to->inode = READ(inode, i_ino);
	to->device = object->device;
	to->superblock = object->magic;
	to->mode = object->mode;
	to->links = READ(inode, i_nlink);
	to->mount_namespace = namespace_of_mount(object->mnt);
	to->device_node = 0;
	to->flags = 0;
	if ((to->mode & S_IFMT) == S_IFCHR || (to->mode & S_IFMT) == S_IFBLK)
		to->device_node = READ(inode, i_rdev);
	if (to->superblock == OVERLAYFS_MAGIC && is_upper(inode))
		to->flags |= ABI_FILE_UPPER;
	if (to->links == 0)
		to->flags |= to->superblock == TMPFS_MAGIC && to->mount_namespace == 0
				     ? ABI_FILE_MEMORY
				     : ABI_FILE_UNLINKED;
}

#endif
