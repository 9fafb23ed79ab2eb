/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Every map of brig, with who writes it. */
#ifndef BRIG_MAPS_H
#define BRIG_MAPS_H

#include "kernel/abi/event_abi.h"
#include "kernel/compat.h"

#define MAX_CONTAINERS 8192
#define MAX_TASKS 131072

/* The birth label of a task. Nothing removes it but the task's end. */
struct label {
	u64 container;
	u64 mount_namespace; /* where it lives now, as announced */
	u64 permitted;	     /* capabilities, as announced */
	u32 user_namespace;
	u32 seccomp;
	u32 no_new_privs;
	u32 born; /* BORN_*: not yet on record */
	u32 uid;  /* as announced */
	u32 effective_uid;
	u32 refused; /* the call that the guard refused: refused_call(); 0: none */
	u32 layers;  /* the overlay of the container's own that was opened last, by device */
	u32 tracer;  /* the process of the host that traced it when it connected to its socket */
	u32 counted; /* among its container's tasks */
};

/* The birth record of a container: what its first task had. */
struct birth {
	struct abi_namespaces namespaces;
	u64 bounding; /* capabilities that any of its tasks may come to have */
	u64 cgroup_id;
	u64 cgroup_name[2]; /* the first 16 bytes: version 1 hierarchies use other ids */
	u64 root_inode;
	u32 root_device;
	u32 root_guarded; /* its root directory holds directories of the host's own */
	u32 seccomp;
	u16 no_new_privs;
	u16 found_running;
	s64 tasks;
	u64 records;
	u64 shed;
	u64 window_start; /* telemetry budget: see record.h */
	u64 window_records;
};

struct namespace_key {
	u64 id;
	u32 type; /* CLONE_NEW* */
	u32 padding;
};

struct given_key {
	u64 container;
	u64 inode;
	u32 device;
	u32 padding;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct label);
} labels SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_CONTAINERS);
	__type(key, u64);
	__type(value, struct birth);
} births SEC(".maps");

/* Thread id -> container, for every labelled task: the other side of an operation is known only by
 * number. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_TASKS);
	__type(key, u32);
	__type(value, u64);
} task_containers SEC(".maps");

/* Which container made a namespace, or was born in it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, struct namespace_key);
	__type(value, u64);
} namespace_owner SEC(".maps");

/* Files that were a container's standard input and output when it started. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct given_key);
	__type(value, u8);
} given_files SEC(".maps");

/* Processes outside containers that called an engine; their end is reported. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, u64);
} callers SEC(".maps");

/* The next container's key. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} next_key SEC(".maps");

/* Tasks outside containers that run a listed runtime: they may start and enter containers, or may
 * not, when it is unlike what the policy says. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u32); /* ABI_LISTED_* */
} starters SEC(".maps");

/* Refusals of the same kind are told together: see guard/guard.h. */
struct refusal_key {
	u64 container;
	u64 object;
	u64 detail;
	u16 operation;
	u16 cause;
	u32 padding;
};
struct refusal {
	u64 untold;
	u64 told_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct refusal_key);
	__type(value, struct refusal);
} refusals SEC(".maps");

/* Written by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct abi_settings);
} settings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct abi_inode_key);
	__type(value, u32); /* enum brig::HostObject */
} guarded SEC(".maps");

/* Where a link must not lead a reader with more rights. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 256);
	__type(key, struct abi_link_key);
	__type(value, u32); /* enum brig::HostObject */
} link_places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct abi_inode_key);
	__type(value, u32);
} unix_doors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct abi_address_key);
	__type(value, u32);
} inet_doors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct abi_device_key);
	__type(value, u8);
} allowed_devices SEC(".maps");

/* What a container may do beyond the strict default, but for its devices. No entry: nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_CONTAINERS);
	__type(key, u64);
	__type(value, struct abi_allowance);
} allowances SEC(".maps");

/* The files of the runtimes that may start containers, and the programs that the kernel may start
 * by itself. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct abi_inode_key);
	__type(value, u32); /* ABI_LISTED_* */
} listed_files SEC(".maps");

/* brig's own processes, by process id: their calls to engines are not a person's. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, u32);
	__type(value, u8);
} own_processes SEC(".maps");

/* Written by the process that makes canaries. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct abi_canary_task);
} canary_task SEC(".maps");

/* Read by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ABI_CANARIES);
	__type(key, u32);
	__type(value, struct abi_canary);
} canaries SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 2 << 20);
} critical SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} telemetry SEC(".maps");

/* A copy of each birth, for the process that fetches facts. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 512 << 10);
} announcements SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ABI_CLASSES);
	__type(key, u32);
	__type(value, struct abi_counter);
} counters SEC(".maps");

/* 32-bit calls: i386 number -> the program that handles the call (see call.h). */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 512);
	__type(key, u32);
	__type(value, u32);
} compat_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ABI_SYSCTLS);
	__type(key, u32);
	__type(value, struct abi_sysctl);
} sysctls SEC(".maps");

static __always_inline struct abi_settings *read_settings(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&settings, &zero);
}

static __always_inline bool is_canary(u64 container)
{
	return container && container < ABI_CANARIES;
}

static __always_inline struct abi_canary *canary_of(u64 container)
{
	u32 key = container;

	return bpf_map_lookup_elem(&canaries, &key);
}

#endif
