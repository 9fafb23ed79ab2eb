/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Where kernels differ: each difference once, decided by BTF and never by version. */
#ifndef BRIG_COMPAT_H
#define BRIG_COMPAT_H

#include <linux/bpf.h>

#include "kernel/types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/*
 * Reads a field of a kernel object, following pointers: READ(task, mm, arg_start). The first
 * operand is evaluated on its own, so that it may be a member of a structure of ours.
 */
#define READ(from, ...)                                                                            \
	({                                                                                         \
		__typeof__(from) __from = (from);                                                  \
		BPF_CORE_READ(__from, __VA_ARGS__);                                                \
	})

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Until 6.17 a mount namespace had a sequence number of its own; then every namespace got an id. */
struct mnt_namespace___seq {
	u64 seq;
};
struct ns_common___id {
	u64 ns_id;
};
/* The kind of a namespace moved from its operations into itself by 7.x. */
struct ns_common___kind {
	u32 ns_type;
};
/* Mounts of a namespace: a list until 6.7, a tree ordered by unique id since. */
struct mnt_namespace___list {
	struct list_head list;
};
struct mount___list {
	struct list_head mnt_list;
};
struct mnt_namespace___tree {
	struct rb_root mounts;
};
struct mount___tree {
	struct rb_node mnt_node;
};
/* 6.15 renamed kernfs_node.parent. */
struct kernfs_node___old {
	struct kernfs_node *parent;
};
struct kernfs_node___new {
	struct kernfs_node *__parent;
};
/* A struct of two words before 6.3, of one 64-bit value since: the same 8 bytes. */
struct kernel_cap___any {
	u64 val;
};
struct cred___caps {
	struct kernel_cap___any cap_effective, cap_permitted, cap_bset;
};

#pragma clang attribute pop

#define MNT_NS_ANON_INO 0xeffffff7 /* since 6.18; such namespaces have an id, too */

/* A number that no other mount namespace of this boot ever has; 0 for anonymous ones, which hold
 * what the newer mount calls have detached. */
static __always_inline u64 mount_namespace_id(struct mnt_namespace *ns)
{
	struct mnt_namespace___seq *with_seq = (void *)ns;
	struct ns_common___id *with_id;
	u64 id = 0;

	if (bpf_core_field_exists(with_seq->seq)) {
		BPF_CORE_READ_INTO(&id, with_seq, seq);
		return id;
	}
	with_id = (void *)ns + bpf_core_field_offset(struct mnt_namespace, ns);
	if (bpf_core_field_exists(with_id->ns_id)) {
		if (READ(ns, ns.inum) == MNT_NS_ANON_INO)
			return 0;
		BPF_CORE_READ_INTO(&id, with_id, ns_id);
		return id;
	}
	return READ(ns, ns.inum);
}

/* CLONE_NEW*, of any namespace. */
static __always_inline u32 namespace_kind(struct ns_common *ns)
{
	struct ns_common___kind *with_kind = (void *)ns;
	u32 kind = 0;

	if (bpf_core_field_exists(with_kind->ns_type)) {
		BPF_CORE_READ_INTO(&kind, with_kind, ns_type);
		return kind;
	}
	return READ(ns, ops, type);
}

/* The same for a namespace that was reached by typed pointers. */
static __always_inline u64 typed_mount_namespace_id(struct mnt_namespace *ns)
{
	struct mnt_namespace___seq *with_seq = (void *)ns;
	struct ns_common___id *with_id;

	if (bpf_core_field_exists(with_seq->seq))
		return with_seq->seq;
	with_id = (void *)ns + bpf_core_field_offset(struct mnt_namespace, ns);
	if (bpf_core_field_exists(with_id->ns_id))
		return with_id->ns_id;
	return ns->ns.inum;
}

static __always_inline struct kernfs_node *kernfs_parent(struct kernfs_node *node)
{
	struct kernfs_node___new *renamed = (void *)node;
	struct kernfs_node___old *old = (void *)node;

	if (bpf_core_field_exists(renamed->__parent))
		return READ(renamed, __parent);
	return READ(old, parent);
}

/*
 * Pointers that come from the kernel with their type (the current task, a tracepoint's argument)
 * may be followed directly, which costs a load; READ costs a call and is for the rest.
 *
 * The capability bits of a credential, read at the field's place whatever its declared type.
 */
#define CAPABILITIES(cred, field)                                                                  \
	(*(const u64 *)((const void *)(cred) + bpf_core_field_offset(struct cred___caps, field)))

static __always_inline struct mount *real_mount(struct vfsmount *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

#endif
