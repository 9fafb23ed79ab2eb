/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I10 leavings: no link, on storage that others reach, to a place that a reader with more rights
 * must not be led to. A link is nothing but its text, so here the text is the object: brought to
 * its shortest form ("/x/../etc//shadow" is "/etc/shadow") and looked up among the places of the
 * host. A relative one counts where it climbs out of the mount and up to the root of its file
 * system: what stays below is a volume's own affair.
 */
#ifndef BRIG_I10_LINKS_H
#define BRIG_I10_LINKS_H

#include "kernel/invariants/leavings.h"

#define MAX_LINK 4096 /* PATH_MAX */
#define MAX_LINK_DEPTH 32
#define S_IFLNK 0120000
#define SOME_DIRECTORY 1 /* HostObject::kOrdinary */

struct link_walk {
	const char *text;
	struct abi_link_key key;
	u16 slashes[MAX_LINK_DEPTH]; /* where the components of the short form begin */
	u32 depth;
	u32 base; /* the slash before the present component */
	u32 length, dots;
	u32 climbs; /* steps up from where the link lies */
	bool relative;
	bool too_deep, lost; /* more components than can be kept; and taken back again */
};

static __always_inline void store(struct link_walk *walk, u32 at, char byte)
{
	if (at < ABI_LINK_TEXT)
		walk->key.text[at & (ABI_LINK_TEXT - 1)] = byte;
}

static __always_inline void end_component(struct link_walk *walk)
{
	u32 length = walk->length, dots = walk->dots;

	walk->length = walk->dots = 0;
	if (length == 0 || (length == 1 && dots == 1))
		return;
	if (length == 2 && dots == 2) {
		walk->lost |= walk->too_deep;
		if (walk->depth == 0) {
			walk->climbs++;
			return;
		}
		walk->depth--;
		walk->base = walk->slashes[walk->depth & (MAX_LINK_DEPTH - 1)];
		return;
	}
	if (walk->depth >= MAX_LINK_DEPTH) {
		walk->too_deep = true;
		return;
	}
	walk->slashes[walk->depth & (MAX_LINK_DEPTH - 1)] = walk->base;
	walk->depth++;
	walk->base += length + 1;
}

static long link_step(u32 index, struct link_walk *walk)
{
	char byte = 0;

	bpf_probe_read_kernel(&byte, 1, walk->text + index);
	if (index == 0)
		walk->relative = byte != '/';
	if (byte == '/' || byte == 0) {
		end_component(walk);
		store(walk, walk->base, byte == 0 && walk->depth ? 0 : '/');
		return byte == 0;
	}
	walk->length++;
	walk->dots += byte == '.';
	store(walk, walk->base + walk->length, byte);
	return 0;
}

struct climb_walk {
	struct dentry *dentry, *mount_root;
	u32 above, in_mount; /* directories above the first, in all and up to the mount's root */
};

static long climb_step(u32 index, struct climb_walk *walk)
{
	struct dentry *parent = READ(walk->dentry, d_parent);

	if (walk->dentry == walk->mount_root)
		walk->in_mount = index;
	if (parent == walk->dentry)
		return 1;
	walk->above = index + 1;
	walk->dentry = parent;
	return 0;
}

/* How many steps up from this directory lead out of its mount and to the very top. */
static __noinline u32 steps_to_top(const struct path *directory)
{
	struct climb_walk walk = {.dentry = directory->dentry,
				  .mount_root = READ(directory, mnt, mnt_root)};

	bpf_loop(MAX_LINK, climb_step, &walk, 0);
	return walk.above > walk.in_mount ? walk.above : walk.in_mount + 1;
}

/* The kind of place (enum brig::HostObject) that a link of this text leads to; 0: no such. */
static __noinline u32 link_place(u64 text, u32 to_top)
{
	struct link_walk walk = {.text = (const char *)text};
	u32 *kind;

	walk.key.text[0] = '/';
	bpf_loop(MAX_LINK, link_step, &walk, 0);
	if (walk.lost)
		return SOME_DIRECTORY;
	if (walk.relative && walk.climbs < to_top)
		return 0;
	if (!walk.depth)
		walk.key.text[1] = 0;
	walk.key.bits = 8 * ABI_LINK_TEXT;
	kind = bpf_map_lookup_elem(&link_places, &walk.key);
	return kind ? *kind : 0;
}

static __always_inline bool i10_link(struct subject *subject, struct object *object,
				     const struct path *directory, const char *text,
				     struct verdict *verdict)
{
	u32 kind;

	if (on_own_storage(subject, object))
		return false;
	kind = link_place((u64)text, steps_to_top(directory));
	return kind && broken(verdict, I_LEAVINGS, CAUSE_PRIVILEGE_LEFT, S_IFLNK | kind);
}

#endif
