/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * How a task comes to belong to a container. A task without a label that executes a program belongs
 * to one when its mount namespace is not the host's and it also has another root directory or
 * another pid namespace: services with a private /tmp keep both. A namespace that a container
 * already owns makes it join that container; otherwise a container is born, whoever made it, unless
 * it is a sandbox of the host's own.
 */
#ifndef BRIG_BIRTH_H
#define BRIG_BIRTH_H

#include "kernel/invariants/credentials.h"
#include "kernel/invariants/files.h"
#include "kernel/invariants/namespaces.h"
#include "kernel/invariants/starts.h"

/* BORN_JOINED is the last: what a label remembers until the birth is on record. */
enum { BORN_OUTSIDE, BORN_ALREADY, BORN_FIRST, BORN_JOINED };

static __always_inline bool has_host_root(struct task_struct *task, struct abi_settings *set)
{
	struct abi_inode_key root = inode_key(READ(task, fs, root.dentry, d_inode));

	return root.inode == set->host_root_inode && root.device == set->host_root_device;
}

static __always_inline bool is_outside(struct task_struct *task, struct abi_namespaces *now,
				       struct abi_settings *set)
{
	return !set || now->mount == set->host_mount_namespace ||
	       (has_host_root(task, set) && now->pid == set->host_pid_namespace);
}

/* Does the file lie with the host's own programs? */
static __always_inline bool is_host_program(struct object *program, struct abi_settings *set)
{
	struct host_walk walk = {.dentry = program->dentry, .device = program->device, .above = 1};

	if (!holds_guarded(set, program->device))
		return false;
	bpf_loop(MAX_HOST_DEPTH, host_step, &walk, 0);
	return walk.found == HOST_PROGRAMS;
}

/*
 * A browser, bubblewrap, a build tool: the host's own programs make namespaces too. Without a
 * listed runtime a task stays the host's when it has no more than the rights of a person other than
 * root, sees the host's root, or executes a program of the host. An image's program makes it a
 * container, whoever started it.
 */
static __noinline bool is_sandbox(struct task_struct *task, struct object *program,
				  struct abi_namespaces *now, struct abi_settings *set)
{
	if (is_starter(task))
		return false;
	if (now->user != set->host_user_namespace && READ(task, real_cred, user_ns, owner.val))
		return true;
	return has_host_root(task, set) || is_host_program(program, set);
}

static __always_inline u64 owner_of(u32 type, u64 id)
{
	struct namespace_key key = {.id = id, .type = type};
	u64 *owner = bpf_map_lookup_elem(&namespace_owner, &key);

	if (!owner || !bpf_map_lookup_elem(&births, owner))
		return 0;
	return *owner;
}

/* Standard input and output come from whoever started the container, often files of the host. */
static __always_inline void remember_given(u64 container, struct task_struct *task)
{
	for (u32 i = 0; i < 3; i++) {
		struct given_key key = {.container = container};
		struct file *file = file_of_descriptor(task, i);
		struct abi_inode_key inode;
		u8 one = 1;

		if (!file)
			continue;
		inode = inode_key(READ(file, f_inode));
		key.inode = inode.inode;
		key.device = inode.device;
		bpf_map_update_elem(&given_files, &key, &one, BPF_ANY);
	}
}

static __always_inline void fill_birth(struct birth *birth, struct task_struct *task,
				       struct abi_namespaces *now, bool found_running)
{
	const struct cred *cred = task->cred;
	struct kernfs_node *cgroup = READ(task, cgroups, dfl_cgrp, kn);
	struct vfsmount *root = READ(task, fs, root.mnt);
	struct abi_inode_key top = inode_key(READ(root, mnt_root, d_inode));

	birth->namespaces = *now;
	birth->bounding = CAPABILITIES(cred, cap_bset);
	birth->cgroup_id = READ(cgroup, id);
	bpf_probe_read_kernel_str(birth->cgroup_name, sizeof(birth->cgroup_name),
				  READ(cgroup, name));
	birth->root_inode = top.inode;
	birth->root_device = top.device;
	birth->root_guarded = bpf_map_lookup_elem(&guarded, &top) != NULL;
	birth->seccomp = READ(task, seccomp.mode);
	birth->no_new_privs = READ(task, atomic_flags) & 1;
	birth->found_running = found_running;
}

static __always_inline u64 new_key(void)
{
	u32 zero = 0;
	u64 *next = bpf_map_lookup_elem(&next_key, &zero);

	return next ? __sync_fetch_and_add(next, 1) : 0;
}

/* Too large for the stack. */
const __u8 no_birth[sizeof(struct birth)];

static __always_inline u64 new_container(struct task_struct *task, struct abi_namespaces *now,
					 bool found_running)
{
	u64 key = new_key();
	struct subject subject = {.task = task};
	struct label label = {.container = key};
	struct birth *birth;

	bpf_map_update_elem(&births, &key, &no_birth, BPF_ANY);
	birth = bpf_map_lookup_elem(&births, &key);
	if (birth)
		fill_birth(birth, task, now, found_running);
	else
		count_lost(ABI_CLASS_CRITICAL); /* more containers than the map holds; still
						   labelled */
	subject.label = &label;
	adopt_namespaces(&subject, now, CLONE_NEW_ANY);
	return key;
}

/*
 * Labels `task` if it belongs in a container, and fills `subject`. Whoever is in a container's
 * mount namespace has joined it; a pid namespace may be shared by several, as in a pod. `program`
 * is what it executes; NULL when it was found running, and how it came there is not known.
 */
static __noinline u32 give_birth(struct subject *subject, struct task_struct *task,
				 struct object *program)
{
	struct abi_settings *set = read_settings();
	struct label label = {};
	struct abi_namespaces now;
	u32 born = BORN_JOINED;

	fill_namespaces(&now, task);
	if (is_outside(task, &now, set))
		return BORN_OUTSIDE;
	label.container = owner_of(CLONE_NEWNS, now.mount);
	if (!label.container) {
		if (program && is_sandbox(task, program, &now, set))
			return BORN_OUTSIDE;
		label.container = new_container(task, &now, !program);
		born = BORN_FIRST;
	}
	label.mount_namespace = now.mount;
	label.born = born;
	subject->task = task;
	subject->label =
		bpf_task_storage_get(&labels, task, &label, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!subject->label) {
		count_lost(ABI_CLASS_CRITICAL);
		return BORN_OUTSIDE;
	}
	subject->birth = bpf_map_lookup_elem(&births, &label.container);
	count_task(subject->label, subject->birth, task);
	remember_given(label.container, task);
	return born;
}

struct cgroup_walk {
	struct scratch *scratch;
	struct kernfs_node *node;
	u32 at; /* first byte of what is there already */
};

static long cgroup_step(u32 index, struct cgroup_walk *walk)
{
	struct kernfs_node *above = walk->node ? kernfs_parent(walk->node) : NULL;
	struct scratch *scratch = walk->scratch;
	u32 at = walk->at;
	long length;

	if (!above)
		return 1;
	length = bpf_probe_read_kernel_str(scratch->text, 256, READ(walk->node, name)) - 1;
	if (length < 0 || length > 255 || at < TEXT_AREA - ABI_MAX_TEXT + 1 + length)
		return 1;
	at -= length;
	bpf_probe_read_kernel(&scratch->text[at & (TEXT_AREA - 1)], length & 255, scratch->text);
	at -= 1;
	scratch->text[at & (TEXT_AREA - 1)] = '/';
	walk->at = at;
	walk->node = above;
	return 0;
}

/* The path of a cgroup in the unified hierarchy, for people and for finding the runtime's state. */
__noinline int cgroup_path(struct scratch *scratch, u64 node)
{
	struct cgroup_walk walk = {.scratch = scratch, .node = (void *)node, .at = TEXT_AREA};
	u8 *to = scratch ? section_begin(scratch) : NULL;
	u32 at;

	if (!to)
		return 0;
	bpf_loop(MAX_CGROUP_DEPTH, cgroup_step, &walk, 0);
	at = TEXT_AREA - walk.at;
	if (at > ABI_MAX_TEXT)
		return 0;
	bpf_probe_read_kernel(to, at, &scratch->text[(TEXT_AREA - at) & (TEXT_AREA - 1)]);
	section_end(scratch, ABI_SECTION_CGROUP, at, 0);
	return 0;
}

static __always_inline void section_cgroup(struct scratch *scratch, struct task_struct *task)
{
	cgroup_path(scratch, (u64)READ(task, cgroups, dfl_cgrp, kn));
}

static __always_inline void birth_verdict(struct subject *subject, u32 born, bool announced,
					  struct verdict *verdict)
{
	if (i1_root(subject, verdict) || i1_inherited(subject, verdict))
		return;
	if (born == BORN_JOINED && i4_joined(subject, verdict))
		return;
	i11_started(subject, born == BORN_FIRST, announced, verdict);
}

/* The record of a container's first task, or of one that joined. Also announced to the fetcher of
 * facts. */
static __always_inline void write_birth(struct subject *subject, struct file *file, u32 born,
					u32 flags, struct verdict *verdict)
{
	u16 operation = born == BORN_FIRST ? OP_CONTAINER_START : OP_CONTAINER_JOIN;
	struct task_struct *task = subject->task;
	struct object object = {};
	struct abi_birth *birth;
	struct scratch *scratch;

	birth = record_begin(&scratch, task, subject->label->container, ABI_CLASS_CRITICAL,
			     ABI_BIRTH, operation, sizeof(*birth));
	if (!birth)
		return;
	header_of(scratch)->flags |= flags;
	write_verdict(scratch, verdict);
	fill_namespaces(&birth->namespaces, task);
	birth->effective = CAPABILITIES(task->cred, cap_effective);
	birth->permitted = CAPABILITIES(task->cred, cap_permitted);
	birth->bounding = CAPABILITIES(task->cred, cap_bset);
	birth->cgroup_id = READ(task, cgroups, dfl_cgrp, kn, id);
	birth->seccomp = READ(task, seccomp.mode);
	birth->no_new_privs = READ(task, atomic_flags) & 1;
	section_cgroup(scratch, task);
	if (object_of_file(&object, file))
		header_of(scratch)->flags |=
			section_path(scratch, ABI_SECTION_PATH, object.mnt, object.dentry, task);
	if (!(flags & ABI_FOUND_RUNNING))
		section_arguments(scratch, task);
	record_end_announced(scratch, task);
}

static __always_inline void record_birth(struct subject *subject, struct file *file, u32 born,
					 u32 flags, bool announced)
{
	struct verdict verdict = {};

	birth_verdict(subject, born, announced, &verdict);
	/* A task found by the iterator is not the current one: it can be reported, not killed. */
	if (!(flags & ABI_FOUND_RUNNING))
		carry_out(subject->label->container, &verdict);
	write_birth(subject, file, born, flags, &verdict);
}

static __always_inline void forget_namespaces(struct birth *birth)
{
	struct namespace_key key = {.id = birth->namespaces.mount, .type = CLONE_NEWNS};

	bpf_map_delete_elem(&namespace_owner, &key);
	key.id = birth->namespaces.pid;
	key.type = CLONE_NEWPID;
	bpf_map_delete_elem(&namespace_owner, &key);
}

/* The last task of a container is gone. */
static __always_inline void record_end_of_container(struct subject *subject)
{
	u64 container = subject->label->container;
	struct scratch *scratch;
	struct abi_end *end;

	end = record_begin(&scratch, subject->task, container, ABI_CLASS_CRITICAL, ABI_END,
			   OP_CONTAINER_END, sizeof(*end));
	if (end) {
		end->records = subject->birth->records;
		end->shed = subject->birth->shed;
		record_end(scratch, subject->task);
	}
	forget_namespaces(subject->birth);
	bpf_map_delete_elem(&births, &container);
}

#endif
