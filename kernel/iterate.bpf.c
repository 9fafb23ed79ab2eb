/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Containers that ran before brig: walked once at start, again until a walk finds nothing new (a
 * task may be cloned behind the iterator's back). Each newly labelled process is written to the
 * reader as one line.
 */
#include "kernel/birth.h"

SEC("iter/task")
int label_running_tasks(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct abi_settings *set = read_settings();
	struct subject subject = {};
	struct scratch *scratch;
	struct abi_exec *exec;
	struct object object = {};
	struct file *file;
	u8 one = '1';
	u32 born;

	if (!task || (READ(task, flags) & PF_KTHREAD) || !READ(task, nsproxy))
		return 0;
	if (set && set->settling == ABI_LOOKING_FIRST && pid_inside(task) != 1)
		return 0;
	if (bpf_task_storage_get(&labels, task, 0, 0))
		return 0;
	born = give_birth(&subject, task, NULL);
	file = READ(task, mm, exe_file);
	if (born == BORN_OUTSIDE) {
		note_starter(task, READ(file, f_inode)); /* systemd has long run, and only clones */
		return 0;
	}
	bpf_seq_write(seq, &one, sizeof(one));
	announce(subject.label, task);
	subject.label->born = 0;
	if (born == BORN_FIRST)
		record_birth(&subject, file, born, ABI_FOUND_RUNNING, true);
	if (READ(task, pid) != READ(task, tgid) || !object_of_file(&object, file))
		return 0;
	exec = record_begin(&scratch, task, subject.label->container, ABI_CLASS_CRITICAL, ABI_EXEC,
			    OP_EXEC, sizeof(*exec));
	if (!exec)
		return 0;
	header_of(scratch)->flags |= ABI_FOUND_RUNNING;
	fill_file(&exec->file, &object);
	header_of(scratch)->flags |=
		section_path(scratch, ABI_SECTION_PATH, object.mnt, object.dentry, task);
	record_end(scratch, task);
	return 0;
}

/* The first process of the machine, as an ancestor of the current one: some kernels leave it out of
 * the walk. */
static __always_inline struct task_struct *first_process(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	for (int i = 0; i < 64 && task; i++) {
		if (task->pid == 1)
			return task;
		task = task->real_parent->group_leader;
	}
	return NULL;
}

/* What "the host" is: the namespaces and root directory of the first process. Run before anything
 * attaches. */
SEC("iter/task")
int read_host(struct bpf_iter__task *ctx)
{
	struct abi_settings *set = read_settings();
	struct task_struct *task;
	struct abi_namespaces now;
	struct abi_inode_key root;
	u8 one = '1';

	if (!ctx->task || !set || set->host_mount_namespace)
		return 0;
	task = first_process();
	if (!task)
		return 0;
	fill_namespaces(&now, task);
	root = inode_key(READ(task, fs, root.dentry, d_inode));
	set->host_mount_namespace = now.mount;
	set->host_pid_namespace = now.pid;
	set->host_net_namespace = now.net;
	set->host_user_namespace = now.user;
	set->host_ipc_namespace = now.ipc;
	set->host_uts_namespace = now.uts;
	set->host_cgroup_namespace = now.cgroup;
	set->host_root_inode = root.inode;
	set->host_root_device = root.device;
	bpf_seq_write(ctx->meta->seq, &one, sizeof(one));
	return 0;
}
