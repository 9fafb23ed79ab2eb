/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I8 image: execution only of what the image or a declared volume brought: not of memory files, not
 * of what was written after the start (overlay's upper layer), not from file systems in memory.
 */
#ifndef BRIG_I8_IMAGE_H
#define BRIG_I8_IMAGE_H

#include "kernel/object.h"
#include "kernel/verdict.h"

static __always_inline bool i8_image(struct subject *subject, struct object *object,
				     struct verdict *verdict)
{
	bool memory = object->magic == TMPFS_MAGIC || object->magic == RAMFS_MAGIC ||
		      object->magic == HUGETLBFS_MAGIC;
	bool brought = READ(object->inode, i_nlink) != 0 && !memory &&
		       !(object->magic == OVERLAYFS_MAGIC && is_upper(object->inode));

	return (object->mode & S_IFMT) == S_IFREG && !brought &&
	       broken(verdict, I_IMAGE, CAUSE_NOT_OF_IMAGE, object->magic);
}

#endif
