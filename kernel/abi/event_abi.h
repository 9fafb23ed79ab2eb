/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The bytes that cross from the kernel programs to the sensor; docs/event-abi.md tells each field's
 * source. Plain C, read by clang for BPF and by the C++ compiler. A record is abi_header, abi_task,
 * the family's body, then sections until `size`. Fields are only ever added at the end of a body,
 * with a new ABI_VERSION. All offsets are multiples of 8.
 */
#ifndef BRIG_EVENT_ABI_H
#define BRIG_EVENT_ABI_H

#include <linux/types.h>

#define ABI_VERSION 2

/* Which body follows. */
#define ABI_FORK 1
#define ABI_EXEC 2
#define ABI_EXIT 3
#define ABI_FILE 4
#define ABI_MOUNT 5
#define ABI_NAMESPACE 6
#define ABI_CREDENTIAL 7
#define ABI_TARGET 8
#define ABI_CONNECT 9
#define ABI_KERNEL 10
#define ABI_BIRTH 11
#define ABI_END 12

/* abi_header.flags */
#define ABI_COMPAT 1u	      /* a 32-bit system call */
#define ABI_URING 2u	      /* done by io_uring */
#define ABI_ATTEMPT 4u	      /* seen when asked for; the result is a record of its own */
#define ABI_PATH_AS_GIVEN 8u  /* the path is the program's text, not the kernel's object */
#define ABI_FOUND_RUNNING 16u /* it was there before brig */
#define ABI_PATH_OUTSIDE 32u  /* the path does not start at the task's root */

/* abi_file.flags */
#define ABI_FILE_UPPER 1u
#define ABI_FILE_UNLINKED 2u
#define ABI_FILE_MEMORY 4u

/* Sections: {kind, flags, length, bytes, padding to 8}. */
#define ABI_SECTION_PATH 1
#define ABI_SECTION_ARGUMENTS 2 /* each ends with NUL */
#define ABI_SECTION_SOURCE 3
#define ABI_SECTION_TARGET 4
#define ABI_SECTION_FILESYSTEM 5
#define ABI_SECTION_TEXT 6
#define ABI_SECTION_CGROUP 7
#define ABI_SECTION_CHAIN 8   /* abi_process, nearest ancestor first */
#define ABI_SECTION_ADDRESS 9 /* unix: path, or NUL and the abstract name */

#define ABI_SECTION_CUT 1u /* there was more than fits */

#define ABI_MAX_TEXT 4096 /* bytes of one text section */
#define ABI_MAX_RECORD 16384
#define ABI_MAX_CHAIN 8

#define ABI_CLASS_CRITICAL 0
#define ABI_CLASS_TELEMETRY 1
#define ABI_CLASSES 2

#ifdef __cplusplus
#define ABI_CHECK(type, bytes) static_assert(sizeof(struct type) == (bytes), #type)
#else
#define ABI_CHECK(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
#endif

struct abi_header {
	__u16 family;
	__u16 version;
	__u32 size;	/* of the whole record, a multiple of 8 */
	__u64 sequence; /* per CPU and class; a record that found no room has used one up */
	__u64 time_ns;	/* CLOCK_BOOTTIME */
	__u32 cpu;
	__u16 operation; /* enum brig::Operation */
	__u8 record_class;
	__u8 verdict; /* enum brig::Verdict */
	__u16 invariant;
	__u16 cause;
	__u32 flags;
	__u64 cause_detail;
	__s64 result;
	__u64 repeats; /* refusals of the same kind since the last record that told of them */
};
ABI_CHECK(abi_header, 64);

struct abi_task {
	__u64 container;
	__u64 start_ns; /* of the process, CLOCK_BOOTTIME */
	__u64 parent_start_ns;
	__u64 capabilities;
	__u32 pid; /* process, in the first pid namespace */
	__u32 tid;
	__u32 parent_pid;
	__u32 pid_inside;
	__u32 uid;
	__u32 gid;
	__u32 login_uid;
	__u32 session;
	char comm[16];
};
ABI_CHECK(abi_task, 80);

struct abi_process {
	__u64 start_ns;
	__u64 container;
	__u32 pid;
	__u32 uid;
	char comm[16];
};
ABI_CHECK(abi_process, 40);

struct abi_file {
	__u64 inode;
	__u64 mount_namespace;
	__u32 device;
	__u32 device_node;
	__u32 superblock;
	__u32 mode;
	__u32 links;
	__u32 flags;
};
ABI_CHECK(abi_file, 40);

struct abi_section {
	__u16 kind;
	__u16 flags;
	__u32 length;
};
ABI_CHECK(abi_section, 8);

struct abi_namespaces {
	__u64 mount;
	__u32 pid;
	__u32 net;
	__u32 ipc;
	__u32 uts;
	__u32 cgroup;
	__u32 user;
};
ABI_CHECK(abi_namespaces, 32);

struct abi_fork {
	struct abi_process child;
	__u64 clone_flags;
};
ABI_CHECK(abi_fork, 48);

struct abi_exec {
	struct abi_file file;
};

struct abi_exit {
	__u32 status;
	__u32 signal;
};
ABI_CHECK(abi_exit, 8);

struct abi_named_file {
	struct abi_file file;
	__u64 flags;
};
ABI_CHECK(abi_named_file, 48);

struct abi_mount {
	struct abi_file file;
	__u64 flags;
};
ABI_CHECK(abi_mount, 48);

struct abi_namespace {
	__u64 flags;
	struct abi_namespaces now;
};
ABI_CHECK(abi_namespace, 40);

struct abi_credential {
	__u64 effective;
	__u64 permitted;
	__u32 asked[3];
	__u32 asked_count;
	__u32 uid;
	__u32 effective_uid;
	__u32 gid;
	__u32 effective_gid;
};
ABI_CHECK(abi_credential, 48);

struct abi_target {
	struct abi_process target;
	__u64 request;
};
ABI_CHECK(abi_target, 48);

struct abi_connect {
	__u8 address[16]; /* IPv6, or IPv4 mapped into it */
	__u32 family;
	__u32 port;
	__u32 door; /* enum brig::HostObject */
	__u32 padding;
};
ABI_CHECK(abi_connect, 32);

struct abi_kernel {
	__u64 command;
	__u64 argument;
};
ABI_CHECK(abi_kernel, 16);

struct abi_birth {
	struct abi_namespaces namespaces;
	__u64 effective;
	__u64 permitted;
	__u64 bounding;
	__u64 cgroup_id;
	__u32 seccomp;
	__u32 no_new_privs;
};
ABI_CHECK(abi_birth, 72);

struct abi_end {
	__u64 records;
	__u64 shed;
};
ABI_CHECK(abi_end, 16);

/* ---- maps that user space writes or reads ---- */

#define ABI_INVARIANTS 16 /* at least brig::kInvariantCount, a power of two */
#define ABI_SURFACES 16	  /* at least brig::kSurfaceCount, a power of two */
#define ABI_GUARDED_DEVICES 16

/* While tasks are looked for that ran before brig: first those that a container began with, which
 * stay, then all; then while it is not known what the containers found are allowed. */
#define ABI_SETTLING 1u
#define ABI_LOOKING 2u
#define ABI_LOOKING_FIRST 3u

struct abi_settings {
	__u64 wanted; /* telemetry operations to send: bit = operation */
	__u64 host_mount_namespace;
	__u64 host_root_inode;
	__u32 host_root_device;
	__u32 host_pid_namespace;
	__u32 host_net_namespace;
	__u32 host_user_namespace;
	__u8 mode[ABI_INVARIANTS];		    /* enum brig::Mode */
	__u32 guarded_devices[ABI_GUARDED_DEVICES]; /* filesystems with guarded directories */
	__u32 inherit_late; /* the kernel skipped runs: look for labels that were not inherited */
	__u32 host_ipc_namespace;
	__u32 host_uts_namespace;
	__u32 host_cgroup_namespace;
	__u8 surface[ABI_SURFACES]; /* enum brig::Mode, by enum brig::Surface */
	__u32 settling;		    /* ABI_SETTLING and above, or 0 */
	__u32 padding;
};
ABI_CHECK(abi_settings, 160);

/* What a container may do beyond the strict default. */
struct abi_allowance {
	__u64 capabilities; /* rights over the whole host that it may use: bit = capability */
	__u64 objects;	    /* guarded directories and doors: bit = enum brig::HostObject */
	__u8 mode[ABI_INVARIANTS];  /* enum brig::Mode + 1; 0: as for every container */
	__u8 surface[ABI_SURFACES]; /* the same */
};
ABI_CHECK(abi_allowance, 48);

struct abi_inode_key {
	__u64 inode;
	__u32 device;
	__u32 padding;
};
ABI_CHECK(abi_inode_key, 16);

/* What a listed file is for: bits. */
#define ABI_LISTED_RUNTIME 1u
#define ABI_LISTED_HELPER 2u
#define ABI_LISTED_UNLIKE 4u /* a runtime whose content is not what the policy says */

struct abi_address_key {
	__u8 address[16];
	__u32 port; /* 0: any */
	__u32 padding;
};
ABI_CHECK(abi_address_key, 24);

#define ABI_LINK_TEXT 64

/* The beginning of a path of the host in its shortest form, or all of it with a NUL at its end. */
struct abi_link_key {
	__u32 bits;
	__u8 text[ABI_LINK_TEXT];
};
ABI_CHECK(abi_link_key, 68);

#define ABI_ANY_MINOR 0xffffffffu

struct abi_device_key {
	__u64 container; /* 0: every container */
	__u32 type;	 /* S_IFCHR or S_IFBLK */
	__u32 major;
	__u32 minor;
	__u32 padding;
};
ABI_CHECK(abi_device_key, 24);

/* The kernel's own settings that are watched, by number, and the last write to each. */
#define ABI_SYSCTL_MODPROBE 0
#define ABI_SYSCTL_CORE_PATTERN 1
#define ABI_SYSCTL_POWEROFF_CMD 2
#define ABI_SYSCTL_FTRACE 3
#define ABI_SYSCTLS 4

struct abi_sysctl {
	__u64 begun; /* writes, counted before the note below is changed */
	__u64 noted; /* the same, counted after */
	__u64 refused;
	__u32 kept; /* user space: refuse what would switch it off */
	__u32 padding;
	__u32 pid;
	__u32 whole; /* value is all that was written, from the start of the setting */
	__u8 command[16];
	__u8 value[256]; /* ends with NUL */
};
ABI_CHECK(abi_sysctl, 312);

/*
 * Canaries: acts of brig's own that the guard must refuse. The canary of an invariant is a task of
 * container INVARIANT; no real container has a key below ABI_CANARIES. The neighbour makes what the
 * canary of I9 must not reach.
 */
#define ABI_CANARIES 16
#define ABI_CANARY_NEIGHBOUR 15

/* What the next child of process `pid` is: a task of container `container`; 0: nothing special. */
struct abi_canary_task {
	__u64 container;
	__u32 pid;
	__u32 other_user; /* its label says another user than it has */
};
ABI_CHECK(abi_canary_task, 16);

/* Of one invariant, counted since brig was loaded. */
struct abi_canary {
	__u64 refused; /* by the guard, for this invariant */
	__u64 seen;    /* by a tracepoint: the call came back refused; I4: the task was killed */
};
ABI_CHECK(abi_canary, 16);

/* Per CPU and class. next counts every record made, lost those of them that found no room. */
struct abi_counter {
	__u64 next;
	__u64 lost;
};
ABI_CHECK(abi_counter, 16);

#endif
