// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// The least that a source can cost: programs that return at once. What brig adds is judged against
// these.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* One per-syscall tracepoint: puts every task of the host on the slow system-call path. */
SEC("tracepoint/syscalls/sys_exit_openat")
int syscall_floor(void* ctx) { return 0; }

/* The tracepoint of all system calls: one run for each call of each task. */
SEC("tp_btf/sys_exit")
int raw_floor(void* ctx) { return 0; }

/* The rarest source: nothing at all for tasks that neither fork, exec nor exit. */
SEC("tp_btf/sched_process_exec")
int sched_floor(void* ctx) { return 0; }
