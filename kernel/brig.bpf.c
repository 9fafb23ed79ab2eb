/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* All programs and maps, one object. */
#include "kernel/task.bpf.c"
#include "kernel/iterate.bpf.c"
#include "kernel/open.bpf.c"
#include "kernel/mount.bpf.c"
#include "kernel/root.bpf.c"
#include "kernel/namespace.bpf.c"
#include "kernel/credential.bpf.c"
#include "kernel/process.bpf.c"
#include "kernel/device.bpf.c"
#include "kernel/connect.bpf.c"
#include "kernel/kernel.bpf.c"
#include "kernel/uring.bpf.c"
#include "kernel/sysctl.bpf.c"
#include "kernel/canary.bpf.c"
#include "kernel/compat.bpf.c"

char _license[] SEC("license") = "GPL";
