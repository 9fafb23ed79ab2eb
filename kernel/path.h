/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Paths from kernel objects, for people to read (decisions never use them). bpf_d_path is not
 * allowed in tracepoint programs, so the names are collected from the file up to the task's root,
 * from the end of scratch->text to its front.
 */
#ifndef BRIG_PATH_H
#define BRIG_PATH_H

#include "kernel/record.h"

#define MAX_COMPONENTS 2048

struct walk {
	struct scratch *scratch;
	struct dentry *dentry;
	struct mount *mount;
	struct dentry *mount_root; /* of mount */
	struct dentry *root_dentry;
	struct mount *root_mount;
	u32 position; /* first byte of what is there already */
	u32 outcome;
};

#define WALK_GOING 0
#define WALK_ROOT 1
#define WALK_OUTSIDE 2 /* reached the top of the mounts without meeting the root */
#define WALK_FULL 3

static long walk_step(u32 index, struct walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent;
	struct mount *mount = walk->mount, *above;
	u32 length, position = walk->position;
	const unsigned char *name;

	if (dentry == walk->root_dentry && mount == walk->root_mount) {
		walk->outcome = WALK_ROOT;
		return 1;
	}
	parent = READ(dentry, d_parent);
	if (dentry == walk->mount_root || dentry == parent) {
		above = READ(mount, mnt_parent);
		if (above == mount || !above || !dentry) {
			walk->outcome = WALK_OUTSIDE;
			return 1;
		}
		walk->dentry = READ(mount, mnt_mountpoint);
		walk->mount = above;
		walk->mount_root = READ(above, mnt.mnt_root);
		return 0;
	}
	length = READ(dentry, d_name.len);
	name = READ(dentry, d_name.name);
	if (length > 255 || position < TEXT_AREA - ABI_MAX_TEXT + 1 + length) {
		walk->outcome = WALK_FULL;
		return 1;
	}
	position -= length;
	bpf_probe_read_kernel(&walk->scratch->text[position & (TEXT_AREA - 1)], length & 255, name);
	position -= 1;
	walk->scratch->text[position & (TEXT_AREA - 1)] = '/';
	walk->position = position;
	walk->dentry = parent;
	return 0;
}

/* What a path is told from, by address: see record.h. */
struct place {
	u64 mnt;
	u64 dentry;
	u64 root_mnt;
	u64 root_dentry;
};

__noinline int path_of(struct scratch *scratch, u32 kind, struct place *place)
{
	struct walk walk = {.scratch = scratch, .position = TEXT_AREA - 1};
	u8 *to = scratch && place ? section_begin(scratch) : NULL;
	struct vfsmount *mnt;
	u32 length;

	if (!to)
		return 0;
	mnt = (void *)place->mnt;
	walk.dentry = (void *)place->dentry;
	walk.mount = real_mount(mnt);
	walk.mount_root = READ(mnt, mnt_root);
	walk.root_dentry = (void *)place->root_dentry;
	walk.root_mount = real_mount((void *)place->root_mnt);
	bpf_loop(MAX_COMPONENTS, walk_step, &walk, 0);
	length = TEXT_AREA - 1 - walk.position;
	if (length == 0) {
		/* The root itself, or an object without a place in the tree: a pipe, a memfd. */
		if (walk.outcome == WALK_ROOT) {
			*to = '/';
			length = 1;
		} else {
			long got = bpf_probe_read_kernel_str(
				to, 256, READ((struct dentry *)place->dentry, d_name.name));

			length = got > 1 && got <= 256 ? got - 1 : 0;
		}
	} else if (length <= ABI_MAX_TEXT) {
		bpf_probe_read_kernel(to, length, &scratch->text[walk.position & (TEXT_AREA - 1)]);
	} else {
		length = 0;
	}
	section_end(scratch, kind, length,
		    walk.outcome == WALK_ROOT || walk.outcome == WALK_OUTSIDE ? 0
									      : ABI_SECTION_CUT);
	return walk.outcome == WALK_OUTSIDE ? ABI_PATH_OUTSIDE : 0;
}

/* Adds the path of (mnt, dentry) as the task sees it. Returns flags for the record's header. */
static __always_inline u32 section_path(struct scratch *scratch, u16 kind, struct vfsmount *mnt,
					struct dentry *dentry, struct task_struct *task)
{
	struct place place = {.mnt = (u64)mnt,
			      .dentry = (u64)dentry,
			      .root_mnt = (u64)task->fs->root.mnt,
			      .root_dentry = (u64)task->fs->root.dentry};

	return path_of(scratch, kind, &place);
}

#endif
