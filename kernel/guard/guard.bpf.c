/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* All programs of the guard, one object. Its maps are those of brig.bpf.c. */
#include "kernel/guard/exec.bpf.c"
#include "kernel/guard/credential.bpf.c"
#include "kernel/guard/file.bpf.c"
#include "kernel/guard/path.bpf.c"
#include "kernel/guard/mount.bpf.c"
#include "kernel/guard/process.bpf.c"
#include "kernel/guard/kernel.bpf.c"
#include "kernel/guard/socket.bpf.c"
#include "kernel/guard/ipc.bpf.c"

char _license[] SEC("license") = "GPL";
