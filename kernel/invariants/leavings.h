/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I10 leavings: no set-user-id or set-group-id program and no file with capabilities on storage
 * that others reach. What lies below the container's own root directory is its own, and so is a
 * tmpfs that was made for it.
 */
#ifndef BRIG_I10_LEAVINGS_H
#define BRIG_I10_LEAVINGS_H

#include "kernel/invariants/files.h"

#define S_ISUID 04000
#define S_ISGID 02000
#define S_IXGRP 00010

struct own_walk {
	struct dentry *dentry;
	u64 inode;
	u32 found;
};

static long own_step(u32 index, struct own_walk *walk)
{
	struct dentry *parent = READ(walk->dentry, d_parent);

	if (READ(walk->dentry, d_inode, i_ino) == walk->inode) {
		walk->found = 1;
		return 1;
	}
	if (parent == walk->dentry)
		return 1;
	walk->dentry = parent;
	return 0;
}

/* On the container's own storage, which nobody else has mounted? */
static __always_inline bool on_own_storage(struct subject *subject, struct object *object)
{
	struct own_walk walk = {.dentry = object->dentry};

	if (!subject->birth)
		return false;
	if (object->device != subject->birth->root_device)
		return object->magic == TMPFS_MAGIC && object->mnt &&
		       READ(object->mnt, mnt_root) == READ(object->sb, s_root);
	walk.inode = subject->birth->root_inode;
	bpf_loop(MAX_HOST_DEPTH, own_step, &walk, 0);
	return walk.found;
}

/* An entry without its mount: what is not the container's own may be a guarded directory's. */
static __always_inline bool i1_entry(struct subject *subject, struct object *object,
				     struct verdict *verdict)
{
	u32 kind = on_own_storage(subject, object) ? 0 : host_directory(subject, object);

	return kind && broken(verdict, I_FILES, CAUSE_HOST_DIRECTORY, kind);
}

static __always_inline bool i10_mode(struct subject *subject, struct object *object, u32 mode,
				     struct verdict *verdict)
{
	bool privilege = (mode & S_ISUID) || ((mode & S_ISGID) && (mode & S_IXGRP));

	return privilege && (mode & S_IFMT) == S_IFREG && !on_own_storage(subject, object) &&
	       broken(verdict, I_LEAVINGS, CAUSE_PRIVILEGE_LEFT, mode & 07777);
}

static __always_inline bool i10_capabilities(struct subject *subject, struct object *object,
					     const char *name, struct verdict *verdict)
{
	char given[20] = {};

	bpf_probe_read_kernel_str(given, sizeof(given), name);
	return !__builtin_memcmp(given, "security.capability", 20) &&
	       !on_own_storage(subject, object) &&
	       broken(verdict, I_LEAVINGS, CAUSE_PRIVILEGE_LEFT, 0);
}

#endif
