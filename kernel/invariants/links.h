/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I10 leavings: no link, on storage that others reach, to a place that a reader with more rights
 * must not be led to. A link is nothing but its text, so here the text is the object: brought to
 * its shortest form ("/x/../etc//shadow" is "/etc/shadow") and looked up among the places of the
 * host. A relative one counts where it climbs out of its own directory: how far up its reader is,
 * nobody knows.
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
	bool relative, climbed;
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
			walk->climbed = true;
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

/* The kind of place (enum brig::HostObject) that a link of this text leads to; 0: no such. */
static __noinline u32 link_place(u64 text)
{
	struct link_walk walk = {.text = (const char *)text};
	u32 *kind;

	walk.key.text[0] = '/';
	bpf_loop(MAX_LINK, link_step, &walk, 0);
	if (walk.lost)
		return SOME_DIRECTORY;
	if (walk.relative && !walk.climbed)
		return 0;
	if (!walk.depth)
		walk.key.text[1] = 0;
	walk.key.bits = 8 * ABI_LINK_TEXT;
	kind = bpf_map_lookup_elem(&link_places, &walk.key);
	return kind ? *kind : 0;
}

static __always_inline bool i10_link(struct subject *subject, struct object *object,
				     const char *text, struct verdict *verdict)
{
	u32 kind = on_own_storage(subject, object) ? 0 : link_place((u64)text);

	return kind && broken(verdict, I_LEAVINGS, CAUSE_PRIVILEGE_LEFT, S_IFLNK | kind);
}

#endif
