/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The kernel's structures, with only the fields that brig reads. Offsets are found at load time
 * from the running kernel's BTF (preserve_access_index); the order here means nothing.
 */
#ifndef BRIG_TYPES_H
#define BRIG_TYPES_H

#include <linux/types.h>
#include <stdbool.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	u32 val;
} kuid_t;
typedef struct {
	u32 val;
} kgid_t;
typedef struct {
	int counter;
} atomic_t;

struct list_head {
	struct list_head *next, *prev;
};
struct hlist_node {
	struct hlist_node *next;
};
struct hlist_head {
	struct hlist_node *first;
};
struct rb_node {
	struct rb_node *rb_right;
};
struct rb_root {
	struct rb_node *rb_node;
};

struct qstr {
	u32 len;
	const unsigned char *name;
};
struct block_device {
	u32 bd_dev;
};
struct super_block {
	struct dentry *s_root;
	u32 s_dev;
	unsigned long s_magic;
	struct block_device *s_bdev;
};
struct inode {
	u16 i_mode;
	struct hlist_head i_dentry; /* its names */
	u32 i_nlink;
	unsigned long i_ino;
	u32 i_rdev;
	struct super_block *i_sb;
	void *i_private;
};
struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	union {
		struct hlist_node d_alias;
	} d_u;
};
struct iattr {
	unsigned int ia_valid;
};
struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	int mnt_flags;
};
struct proc_ns_operations {
	int type;
};
struct ns_common {
	const struct proc_ns_operations *ops;
	u32 inum;
};
struct mnt_namespace {
	struct ns_common ns;
};
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};
struct fown_struct {
	struct pid *pid;
};
struct file {
	struct fown_struct f_owner; /* until 6.12; then a pointer */
	u32 f_mode;
	u32 f_flags;
	struct inode *f_inode;
	struct path f_path;
	void *private_data;
};
struct fdtable {
	u32 max_fds;
	struct file **fd;
};
struct files_struct {
	struct fdtable *fdt;
};
struct fs_struct {
	struct path root, pwd;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};
struct pid {
	u32 level;
	struct hlist_head tasks[1];
	struct upid numbers[1];
};
struct pid_namespace {
	struct ns_common ns;
};
struct net {
	struct ns_common ns;
};
struct ipc_namespace {
	struct ns_common ns;
};
struct uts_namespace {
	struct ns_common ns;
};
struct cgroup_namespace {
	struct ns_common ns;
};
struct user_namespace {
	kuid_t owner;
	struct ns_common ns;
};
struct key_type {
	const char *name;
};
struct key {
	struct key_type *type;
};
struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
	struct cgroup_namespace *cgroup_ns;
};

struct cred {
	kuid_t uid, euid;
	kgid_t gid, egid;
	struct user_namespace *user_ns;
};
struct mm_struct {
	unsigned long arg_start, arg_end;
	struct file *exe_file;
};
struct signal_struct {
	atomic_t live;
	int group_exit_code;
};
struct seccomp {
	int mode;
};
struct thread_info {
	u32 status;
};
struct kernfs_node {
	const char *name;
	u64 id;
};
struct cgroup {
	struct kernfs_node *kn;
};
struct css_set {
	struct cgroup *dfl_cgrp;
};
struct task_struct {
	struct thread_info thread_info;
	u32 flags;
	u32 ptrace;
	int exit_code;
	int pid, tgid;
	unsigned long atomic_flags;
	u64 start_boottime;
	struct task_struct *real_parent, *parent, *group_leader;
	struct list_head ptraced, ptrace_entry;
	struct pid *thread_pid;
	struct hlist_node pid_links[1];
	const struct cred *real_cred, *cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct seccomp seccomp;
	kuid_t loginuid;
	u32 sessionid;
	struct mm_struct *mm;
	struct css_set *cgroups;
};
struct kernel_siginfo {
	int si_code;
};

struct ctl_table_root {
	void *lookup;
};
struct ctl_table_header {
	struct ctl_table_root *root;
};
struct proc_inode {
	struct pid *pid;
	struct ctl_table_header *sysctl;
	struct inode vfs_inode;
};

struct in6_addr {
	u8 bytes[16];
};
struct sock_common {
	u16 skc_family;
	u16 skc_dport;
	u32 skc_daddr;
	struct in6_addr skc_v6_daddr;
};
struct sock {
	struct sock_common __sk_common;
	kuid_t sk_uid;
	struct pid *sk_peer_pid;
	const struct cred *sk_peer_cred;
};
struct socket {
	struct file *file;
	struct sock *sk;
};
struct unix_address {
	int len;
	struct {
		u16 sun_family;
		char sun_path[108];
	} name[1];
};
struct unix_sock {
	struct unix_address *addr;
	struct path path;
	struct sock *peer;
};

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
};

struct vm_area_struct {
	struct file *vm_file;
};
struct msghdr {
	void *msg_name;
	int msg_namelen;
};
struct linux_binprm {
	struct file *file;
	const char *filename;
};
struct filename {
	const char *name;
};
struct io_open {
	int dfd;
	u32 file_slot; /* the file goes there, and 1; 0: it gets a descriptor */
	struct filename *filename;
};
struct io_rsrc_node {
	unsigned long file_ptr;
};
struct io_rsrc_data {
	u32 nr;
	struct io_rsrc_node **nodes;
};
struct io_file_table {
	struct io_rsrc_data data;
};
struct io_ring_ctx {
	struct io_file_table file_table;
};
struct io_kiocb {
	struct file *file;
	u8 opcode;
	struct io_ring_ctx *ctx;
};
struct io_uring_cqe {
	s32 res;
};
struct seq_file {
	void *private;
};
struct bpf_iter_meta {
	struct seq_file *seq;
};
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

/* Context of the classic sys_exit tracepoints; a stable format (tracefs
 * events/syscalls/.../format). */
struct syscall_exit {
	u64 common;
	s64 nr;
	s64 ret;
};

#define EPERM 1
#define ENOENT 2
#define EACCES 13

#define S_IFMT 0170000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFBLK 0060000
#define S_IFREG 0100000

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_KEY 15
#define AF_NETLINK 16
#define AF_PACKET 17
#define AF_ALG 38
#define AF_VSOCK 40

#define FMODE_WRITE 2u
#define PF_IO_WORKER 0x10u
#define PF_KTHREAD 0x00200000u
#define TS_COMPAT 2u
#define PT_SEIZED 0x10000u

#define CLONE_THREAD 0x00010000
#define CLONE_NEWNS 0x00020000
#define CLONE_NEWCGROUP 0x02000000
#define CLONE_NEWUTS 0x04000000
#define CLONE_NEWIPC 0x08000000
#define CLONE_NEWUSER 0x10000000
#define CLONE_NEWTIME 0x00000080
#define CLONE_NEWPID 0x20000000
#define CLONE_NEWNET 0x40000000
#define CLONE_NEW_ANY 0x7e020080ull /* NEWNS CGROUP UTS IPC USER PID NET and TIME */

#define OVERLAYFS_MAGIC 0x794c7630
#define TMPFS_MAGIC 0x01021994
#define RAMFS_MAGIC 0x858458f6
#define HUGETLBFS_MAGIC 0x958458f6
#define MQUEUE_MAGIC 0x19800202
#define PROC_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define CGROUP_MAGIC 0x27e0eb
#define CGROUP2_MAGIC 0x63677270
#define DEBUGFS_MAGIC 0x64626720
#define TRACEFS_MAGIC 0x74726163
#define SECURITYFS_MAGIC 0x73636673
#define BPFFS_MAGIC 0xcafe4a11
#define BINFMTFS_MAGIC 0x42494e4d
#define EFIVARFS_MAGIC 0xde5e81e4
#define CONFIGFS_MAGIC 0x62656570
#define PSTOREFS_MAGIC 0x6165676c
#define PIDFS_MAGIC 0x50494446
#define NSFS_MAGIC 0x6e736673

#define MNT_READONLY 0x40

#endif
