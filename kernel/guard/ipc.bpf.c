/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * I9 neighbours: shared memory, message queues, semaphores and keys belong to the container that
 * made them. Namespaces keep most of them apart; where those are the host's, and for keys, which
 * have none, the maker is remembered.
 */
#include "kernel/guard/guard.h"
#include "kernel/invariants/neighbours.h"

static __always_inline int made(u64 object)
{
	struct act act = {};
	u64 container;

	if (contained(&act, OP_NONE)) {
		container = act.subject.label->container;
		bpf_map_update_elem(&makers, &object, &container, BPF_ANY);
	}
	return 0;
}

static __always_inline int freed(u64 object)
{
	bpf_map_delete_elem(&makers, &object);
	return 0;
}

static __always_inline int used(u32 operation, u64 object)
{
	struct act act = {};
	u64 *maker;

	if (!contained(&act, operation))
		return 0;
	maker = bpf_map_lookup_elem(&makers, &object);
	if (!shadow_differs(&act) && maker && !same_ipc(&act.subject, *maker))
		broken(&act.verdict, I_NEIGHBOURS, CAUSE_NEIGHBOUR, *maker);
	return kernel_answer(&act, object, 0, UNSEEN);
}

#define MADE(hook)                                                                                 \
	SEC("lsm/" #hook) int BPF_PROG(guard_##hook, void *object, int ret)                        \
	{                                                                                          \
		return ret ? ret : made((u64)object);                                              \
	}
#define FREED(hook)                                                                                \
	SEC("lsm/" #hook) int BPF_PROG(guard_##hook, void *object)                                 \
	{                                                                                          \
		return freed((u64)object);                                                         \
	}

MADE(shm_alloc_security)
MADE(msg_queue_alloc_security)
MADE(sem_alloc_security)
FREED(shm_free_security)
FREED(msg_queue_free_security)
FREED(sem_free_security)

SEC("lsm/ipc_permission")
int BPF_PROG(guard_ipc_permission, void *object, short flag, int ret)
{
	return ret ? ret : used(OP_IPC, (u64)object);
}

/*
 * A POSIX queue is a file of a filesystem that nobody need mount. Whoever makes one opens it next;
 * its entry stays until it is removed by name.
 */
SEC("lsm/inode_create")
int BPF_PROG(guard_inode_create, struct inode *directory, struct dentry *entry, u16 mode, int ret)
{
	if (ret || READ(directory, i_sb, s_magic) != MQUEUE_MAGIC)
		return ret;
	freed((u64)entry);
	return made((u64)entry);
}

/* Keyrings are shelves, shared by all processes of a user; keys are what is in them. */
static __always_inline bool is_keyring(struct key *key)
{
	char type[8] = {};

	bpf_probe_read_kernel_str(type, sizeof(type), READ(key, type, name));
	return !__builtin_memcmp(type, "keyring", 8);
}

SEC("lsm/key_alloc")
int BPF_PROG(guard_key_alloc, struct key *key, const struct cred *cred, unsigned long flags,
	     int ret)
{
	struct act act = {};

	if (ret || is_keyring(key))
		return ret;
	if (contained(&act, OP_KEY) && kept_from(&act, SURFACE_KEYRINGS))
		if (kernel_answer(&act, 0, 0, UNSEEN))
			return -EPERM;
	return made((u64)key);
}

FREED(key_free)

SEC("lsm/key_permission")
int BPF_PROG(guard_key_permission, void *reference, const struct cred *cred, int need, int ret)
{
	u64 key = 0;

	/* The lowest bit of the reference says whether the key is possessed; read as a number. */
	if (ret || bpf_probe_read_kernel(&key, sizeof(key), ctx))
		return ret;
	return used(OP_KEY, key & ~1ull);
}
