/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What an invariant says, and what is done about it. The numbers of invariants, causes and host
 * objects are those of model/names.h; sensor/decoder.cc asserts that they agree.
 */
#ifndef BRIG_VERDICT_H
#define BRIG_VERDICT_H

#include "kernel/subject.h"

enum {
	I_NONE,
	I_FILES,
	I_DEVICES,
	I_NAMESPACES,
	I_CREDENTIALS,
	I_PROCESSES,
	I_KERNEL,
	I_DOORS,
	I_IMAGE,
	I_NEIGHBOURS,
	I_LEAVINGS,
	I_STARTS,
	I_BRIG,
	I_SURFACE
};

enum {
	CAUSE_NONE,
	CAUSE_FOREIGN_MOUNT,
	CAUSE_HOST_DIRECTORY,
	CAUSE_GLOBAL_SWITCH,
	CAUSE_FOREIGN_CGROUP,
	CAUSE_FOREIGN_ROOT,
	CAUSE_FOREIGN_DIRECTORY,
	CAUSE_LEAKED_DESCRIPTOR,
	CAUSE_DEVICE,
	CAUSE_DEVICE_MOUNT,
	CAUSE_FOREIGN_NAMESPACE,
	CAUSE_MORE_CAPABILITIES,
	CAUSE_LESS_CONFINEMENT,
	CAUSE_UNANNOUNCED,
	CAUSE_FOREIGN_TASK,
	CAUSE_FOREIGN_TASK_FILE,
	CAUSE_KERNEL_CODE,
	CAUSE_KERNEL_MEMORY,
	CAUSE_DOOR_PATH,
	CAUSE_DOOR_ADDRESS,
	CAUSE_DOOR_ABSTRACT,
	CAUSE_READ_ONLY_MOUNT,
	CAUSE_HOST_SETTING,
	CAUSE_USERMODE_HELPER,
	CAUSE_NOT_OF_IMAGE,
	CAUSE_NEIGHBOUR,
	CAUSE_PRIVILEGE_LEFT,
	CAUSE_ROGUE_START,
	CAUSE_ROGUE_ENTRY,
	CAUSE_SURFACE,
};

enum {
	OP_NONE,
	OP_FORK,
	OP_EXEC,
	OP_EXIT,
	OP_OPEN,
	OP_MOUNT,
	OP_UMOUNT,
	OP_MOVE_MOUNT,
	OP_OPEN_TREE,
	OP_FSOPEN,
	OP_FSCONFIG,
	OP_FSMOUNT,
	OP_FSPICK,
	OP_MOUNT_SETATTR,
	OP_PIVOT_ROOT,
	OP_CHROOT,
	OP_SETNS,
	OP_UNSHARE,
	OP_CLONE,
	OP_SETUID,
	OP_SETGID,
	OP_SETGROUPS,
	OP_CAPSET,
	OP_PTRACE,
	OP_PROCESS_VM_READ,
	OP_PROCESS_VM_WRITE,
	OP_PIDFD_GETFD,
	OP_SIGNAL,
	OP_PRLIMIT,
	OP_MKNOD,
	OP_CONNECT,
	OP_BPF,
	OP_MODULE_LOAD,
	OP_MODULE_UNLOAD,
	OP_KEXEC,
	OP_PERF,
	OP_KERNEL_LOG,
	OP_CONTAINER_START,
	OP_CONTAINER_JOIN,
	OP_CONTAINER_END,
	OP_CALLER,
	OP_LOST,
	OP_RENAME,
	OP_LINK,
	OP_SYMLINK,
	OP_UNLINK,
	OP_MKDIR,
	OP_CHMOD,
	OP_CHOWN,
	OP_TRUNCATE,
	OP_SETXATTR,
	OP_RECEIVE,
	OP_MAP,
	OP_SOCKET,
	OP_IO_URING,
	OP_USERFAULTFD,
	OP_CAPABILITY,
	OP_IPC,
	OP_KEY,
	OP_INSPECT,
	OP_SCHEDULE,
};

#define MODE_OFF 0
#define MODE_WATCH 1
#define MODE_KILL 2
#define MODE_REFUSE 3

#define VERDICT_SEEN 0
#define VERDICT_KILLED 1
#define VERDICT_REFUSED 2

struct verdict {
	u16 invariant; /* I_NONE: nothing is wrong */
	u16 cause;
	u16 killed;
	u16 refused;
	u64 detail;
};

static __always_inline bool broken(struct verdict *verdict, u16 invariant, u16 cause, u64 detail)
{
	verdict->invariant = invariant;
	verdict->cause = cause;
	verdict->detail = detail;
	return true;
}

/* What is set for the verdict's invariant, or part of the surface, in this container. */
static __always_inline u32 mode_set(struct abi_settings *set, u64 container, u32 invariant,
				    u32 surface)
{
	struct abi_allowance *own = bpf_map_lookup_elem(&allowances, &container);
	u8 mode = 0;

	invariant &= ABI_INVARIANTS - 1;
	surface &= ABI_SURFACES - 1;
	if (invariant == I_NONE)
		return MODE_OFF;
	/* A canary breaks its own invariant, and is refused that whatever is set for others. */
	if (is_canary(container))
		return invariant == container ? MODE_REFUSE : MODE_OFF;
	if (own)
		mode = invariant == I_SURFACE ? own->surface[surface] : own->mode[invariant];
	if (mode)
		return mode - 1;
	return invariant == I_SURFACE ? set->surface[surface] : set->mode[invariant];
}

/* The same, and watched at most while nobody knows what the container may do: one that ran before
 * brig did. Programs that an earlier brig left go on refusing meanwhile. */
__noinline u32 mode_of_all(u64 container, u32 invariant, u32 surface)
{
	struct abi_settings *set = read_settings();
	struct birth *birth;
	u32 mode;

	if (!set)
		return MODE_OFF;
	mode = mode_set(set, container, invariant, surface);
	if (!set->settling || mode <= MODE_WATCH)
		return mode;
	birth = bpf_map_lookup_elem(&births, &container);
	return birth && birth->found_running ? MODE_WATCH : mode;
}

static __always_inline u32 mode_of(u64 container, struct verdict *verdict)
{
	return mode_of_all(container, verdict->invariant, verdict->detail);
}

/*
 * After the fact: applies the mode that is set: forgets the verdict, keeps it, or kills the current
 * task. To refuse it is too late.
 */
static __noinline void carry_out(u64 container, struct verdict *verdict)
{
	u32 mode;

	if (!verdict->invariant)
		return;
	mode = mode_of(container, verdict);
	if (mode == MODE_OFF)
		verdict->invariant = I_NONE;
	else if (mode == MODE_KILL && bpf_send_signal(9) == 0)
		verdict->killed = 1;
}

/* Was the container allowed this kind of directory or door (enum brig::HostObject)? */
static __always_inline bool object_allowed(u64 container, u32 kind)
{
	struct abi_allowance *own = bpf_map_lookup_elem(&allowances, &container);

	return own && own->objects >> (kind & 63) & 1;
}

static __always_inline void write_verdict(struct scratch *scratch, struct verdict *verdict)
{
	struct abi_header *header = header_of(scratch);

	if (!verdict->invariant)
		return;
	header->invariant = verdict->invariant;
	header->cause = verdict->cause;
	header->cause_detail = verdict->detail;
	header->verdict = verdict->refused  ? VERDICT_REFUSED
			  : verdict->killed ? VERDICT_KILLED
					    : VERDICT_SEEN;
}

static __always_inline bool wanted(u32 operation)
{
	struct abi_settings *set = read_settings();

	return set && (set->wanted >> operation & 1);
}

/* Does the namespace belong to the container: its own at birth, or made by it later? */
__noinline bool owns_namespace(u64 container, u32 type, u64 id)
{
	struct namespace_key key = {.id = id, .type = type};
	u64 *owner = bpf_map_lookup_elem(&namespace_owner, &key);

	return owner && *owner == container;
}

static __always_inline void own_namespace(u64 container, u32 type, u64 id, u64 host_id)
{
	struct namespace_key key = {.id = id, .type = type};

	if (id && id != host_id)
		bpf_map_update_elem(&namespace_owner, &key, &container, BPF_ANY);
}

#endif
