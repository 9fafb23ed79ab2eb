/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I1 files: a contained task uses only file objects reached through its container's own mounts,
 * touches no guarded directory of the host through them, and never opens a global switch for
 * writing. Switches are recognised by superblock, wherever they are mounted.
 */
#ifndef BRIG_I1_FILES_H
#define BRIG_I1_FILES_H

#include "kernel/object.h"
#include "kernel/invariants/devices.h"
#include "kernel/invariants/namespaces.h"

#define HOST_ORDINARY 1
#define HOST_ROOT 2
#define HOST_PROGRAMS 8
#define MAX_HOST_DEPTH 256
#define MAX_CGROUP_DEPTH 32

static __always_inline bool was_given(u64 container, struct inode *inode)
{
	struct abi_inode_key inode_of = inode_key(inode);
	struct given_key key = {
		.container = container, .inode = inode_of.inode, .device = inode_of.device};

	return bpf_map_lookup_elem(&given_files, &key) != NULL;
}

/* The mount namespace id that makes `mnt` foreign to a task of the container, or 0. */
static __always_inline u64 foreign_to(u64 container, u64 own, struct vfsmount *mnt)
{
	u64 id = namespace_of_mount(mnt);

	return !id || id == own || owns_namespace(container, CLONE_NEWNS, id) ? 0 : id;
}

static __always_inline u64 foreign_mount(struct subject *subject, struct vfsmount *mnt)
{
	return foreign_to(subject->label->container, subject->label->mount_namespace, mnt);
}

struct host_walk {
	struct dentry *dentry;
	struct dentry *mount_root;
	u32 device;
	u32 found; /* enum brig::HostObject */
	u32 above; /* past the root of the mount */
};

static long host_step(u32 index, struct host_walk *walk)
{
	struct inode *inode = READ(walk->dentry, d_inode);
	struct abi_inode_key key = {.inode = READ(inode, i_ino), .device = walk->device};
	struct dentry *parent = READ(walk->dentry, d_parent);
	u32 *kind = bpf_map_lookup_elem(&guarded, &key);

	/* The host's root directory counts only if the container can reach it, not as everybody's
	 * ancestor. */
	if (kind && !(walk->above && *kind == HOST_ROOT)) {
		walk->found = *kind;
		return 1;
	}
	if (walk->dentry == walk->mount_root)
		walk->above = 1;
	if (parent == walk->dentry)
		return 1;
	walk->dentry = parent;
	return 0;
}

static __always_inline bool holds_guarded(struct abi_settings *set, u32 device)
{
	for (int i = 0; i < ABI_GUARDED_DEVICES && set->guarded_devices[i]; i++)
		if (set->guarded_devices[i] == device)
			return true;
	return false;
}

/*
 * A device of the container's own whose node is mounted by itself: where a user namespace forbids
 * to make nodes, runtimes mount those of the host's /dev.
 */
static __always_inline bool is_given_device(struct subject *subject, struct object *object,
					    struct dentry *mount_root)
{
	u32 type = object->mode & S_IFMT;

	return (type == S_IFCHR || type == S_IFBLK) && object->dentry == mount_root &&
	       device_allowed(subject->label->container, type, READ(object->inode, i_rdev));
}

/* The nearest listed directory at or above the file decides. */
static __always_inline u32 host_directory(struct subject *subject, struct object *object)
{
	struct abi_settings *set = read_settings();
	struct host_walk walk = {.dentry = object->dentry, .device = object->device};
	struct birth *birth = subject->birth;
	struct inode *top;

	if (!set || !birth || !holds_guarded(set, walk.device))
		return 0;
	/* The container's own root directory is its own, wherever on the host it lies. */
	walk.mount_root = READ(object->mnt, mnt_root);
	walk.above = !object->mnt; /* an entry whose mount is not known */
	if (is_given_device(subject, object, walk.mount_root))
		return 0;
	top = READ(walk.mount_root, d_inode);
	if (!birth->root_guarded && walk.device == birth->root_device &&
	    READ(top, i_ino) == birth->root_inode)
		return 0;
	bpf_loop(MAX_HOST_DEPTH, host_step, &walk, 0);
	if (walk.found == HOST_ORDINARY || object_allowed(subject->label->container, walk.found))
		return 0;
	return walk.found;
}

/* A procfs file that changes the whole kernel: one of no process, and no setting of an own
 * namespace. */
static __always_inline bool global_proc_file(struct subject *subject, struct inode *inode)
{
	struct proc_inode *proc =
		(void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	struct abi_settings *set = read_settings();
	struct ctl_table_header *header;

	if (READ(proc, pid))
		return false;
	header = READ(proc, sysctl);
	/* Only the roots of per-namespace settings have a lookup of their own. */
	if (header && READ(header, root, lookup))
		return set && subject->birth &&
		       subject->birth->namespaces.net == set->host_net_namespace;
	return true;
}

/* The host name lies in the global table, but writes the writer's own uts namespace. */
static __always_inline bool is_own_host_name(struct subject *subject, struct dentry *dentry)
{
	char name[12] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), READ(dentry, d_name.name));
	if (__builtin_memcmp(name, "hostname", 9) && __builtin_memcmp(name, "domainname", 11))
		return false;
	return owns_namespace(subject->label->container, CLONE_NEWUTS,
			      READ(subject->task, nsproxy, uts_ns, ns.inum));
}

/* Does this node of a cgroup filesystem lie outside the container's own cgroup? */
__noinline bool is_foreign_cgroup(u64 container, u64 address)
{
	struct birth *birth = bpf_map_lookup_elem(&births, &container);
	struct kernfs_node *node = (void *)address;
	u64 name[2];

	if (!birth)
		return true;
	for (int i = 0; i < MAX_CGROUP_DEPTH && node; i++) {
		if (READ(node, id) == birth->cgroup_id)
			return kernfs_parent(node) ==
			       NULL; /* the hierarchy's root is nobody's own */
		name[0] = name[1] = 0;
		bpf_probe_read_kernel_str(name, sizeof(name), READ(node, name));
		if (name[0] && name[0] == birth->cgroup_name[0] && name[1] == birth->cgroup_name[1])
			return false;
		node = kernfs_parent(node);
	}
	return true;
}

/* Is this a control file of a cgroup that is neither the container's own nor below it? */
static __always_inline bool foreign_cgroup_file(struct subject *subject, struct object *object)
{
	char name[14] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), READ(object->dentry, d_name.name));
	return !__builtin_memcmp(name, "release_agent", 14) ||
	       is_foreign_cgroup(subject->label->container, (u64)READ(object->inode, i_private));
}

static __always_inline bool global_switch(struct subject *subject, struct object *object,
					  struct verdict *verdict)
{
	u32 magic = object->magic;

	if (!(object->open_mode & FMODE_WRITE) || (object->mode & S_IFMT) != S_IFREG)
		return false;
	switch (magic) {
	case PROC_MAGIC:
		return global_proc_file(subject, object->inode) &&
		       !is_own_host_name(subject, object->dentry) &&
		       broken(verdict, I_FILES, CAUSE_GLOBAL_SWITCH, magic);
	case CGROUP_MAGIC:
	case CGROUP2_MAGIC:
		return foreign_cgroup_file(subject, object) &&
		       broken(verdict, I_FILES, CAUSE_FOREIGN_CGROUP, magic);
	case SYSFS_MAGIC:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
	case SECURITYFS_MAGIC:
	case BPFFS_MAGIC:
	case BINFMTFS_MAGIC:
	case EFIVARFS_MAGIC:
	case CONFIGFS_MAGIC:
	case PSTOREFS_MAGIC:
		return broken(verdict, I_FILES, CAUSE_GLOBAL_SWITCH, magic);
	}
	return false;
}

/* The overlays that contained tasks mounted: device -> container. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, u64);
} own_overlays SEC(".maps");

/*
 * The layers of the overlay that a container lies on are none of its business. Those of an overlay
 * that it mounted itself are another road to the files in them: the open of a layer follows that of
 * the overlay's file, in the same task.
 */
static __always_inline bool layer_is_own(struct subject *subject, struct object *object)
{
	struct label *label = subject->label;
	struct dentry *name = NULL;

	if (!of_a_layer(object)) {
		label->layers = object->magic == OVERLAYFS_MAGIC &&
						bpf_map_lookup_elem(&own_overlays, &object->device)
					? object->device
					: 0;
		return true;
	}
	if (!label->layers)
		return false;
	if (object->magic == OVERLAYFS_MAGIC)
		label->layers = 0; /* what lies below that is not the container's choice */
	if (is_internal(READ(real_mount(object->mnt), mnt_ns)))
		return true;
	/* Under the overlay's name, until 6.7: the inode has one of its own. Later kernels have no
	 * d_u by that name. */
	if (!bpf_core_field_exists(name->d_u))
		return false;
	name = (void *)READ(object->inode, i_dentry.first);
	if (!name)
		return false;
	object->dentry = (void *)name - bpf_core_field_offset(struct dentry, d_u);
	object->mnt = NULL;
	return true;
}

static __always_inline bool i1_files(struct subject *subject, struct object *object,
				     struct verdict *verdict)
{
	u64 foreign = foreign_mount(subject, object->mnt);
	u32 kind;

	if (foreign && !was_given(subject->label->container, object->inode))
		return broken(verdict, I_FILES, CAUSE_FOREIGN_MOUNT, foreign);
	if (global_switch(subject, object, verdict))
		return true;
	if (!layer_is_own(subject, object))
		return false;
	kind = host_directory(subject, object);
	return kind && broken(verdict, I_FILES, CAUSE_HOST_DIRECTORY, kind);
}

/* The root directory that the task resolves paths from. */
static __always_inline bool i1_root(struct subject *subject, struct verdict *verdict)
{
	u64 foreign = foreign_mount(subject, subject->task->fs->root.mnt);

	return foreign && broken(verdict, I_FILES, CAUSE_FOREIGN_ROOT, foreign);
}

#define MAX_INHERITED 1024

struct inherited_walk {
	u64 container;
	u64 mount_namespace;
	struct file **files;
	u32 count;
	u32 found; /* the descriptor, and 1 */
};

static long inherited_step(u32 index, struct inherited_walk *walk)
{
	struct file *file = NULL;

	if (index >= walk->count)
		return 1;
	bpf_probe_read_kernel(&file, sizeof(file), walk->files + index);
	if (!file || (READ(file, f_inode, i_mode) & S_IFMT) != S_IFDIR)
		return 0;
	if (!foreign_to(walk->container, walk->mount_namespace, READ(file, f_path.mnt)))
		return 0;
	walk->found = index + 1;
	return 1;
}

/* What a container's first task inherited: its working directory and open directories
 * (CVE-2024-21626's kind). */
static __always_inline bool i1_inherited(struct subject *subject, struct verdict *verdict)
{
	u64 foreign = foreign_mount(subject, subject->task->fs->pwd.mnt);
	struct inherited_walk walk = {.container = subject->label->container,
				      .mount_namespace = subject->label->mount_namespace,
				      .files = READ(subject->task, files, fdt, fd),
				      .count = READ(subject->task, files, fdt, max_fds)};

	if (foreign)
		return broken(verdict, I_FILES, CAUSE_FOREIGN_DIRECTORY, foreign);
	bpf_loop(MAX_INHERITED, inherited_step, &walk, 0);
	return walk.found && broken(verdict, I_FILES, CAUSE_LEAKED_DESCRIPTOR, walk.found - 1);
}

#endif
