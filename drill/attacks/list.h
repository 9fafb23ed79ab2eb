/* SPDX-License-Identifier: Apache-2.0 */
/* Every act of the attack program: ACT(name) stands for the function attack_name. */
#ifndef BRIG_DRILL_LIST_H
#define BRIG_DRILL_LIST_H

/* clang-format off: one act a line */
#define ACTS(ACT)      \
  ACT(await)           \
  ACT(beside)          \
  ACT(bpf_load)        \
  ACT(canary)          \
  ACT(capset)          \
  ACT(change)          \
  ACT(child)           \
  ACT(chroot)          \
  ACT(compat)          \
  ACT(contain)         \
  ACT(device)          \
  ACT(drift)           \
  ACT(exploit)         \
  ACT(file_handle)     \
  ACT(fork_bomb)       \
  ACT(hold)            \
  ACT(hostname)        \
  ACT(ipc)             \
  ACT(join)            \
  ACT(keep)            \
  ACT(kernel)          \
  ACT(leave)           \
  ACT(long_path)       \
  ACT(many_containers) \
  ACT(memfd_exec)      \
  ACT(memory_file)     \
  ACT(module_load)     \
  ACT(mount_new)       \
  ACT(mount_old)       \
  ACT(node)            \
  ACT(odd_names)       \
  ACT(open_storm)      \
  ACT(own_hostname)    \
  ACT(pivot_root)      \
  ACT(prlimit)         \
  ACT(process)         \
  ACT(process_vm)      \
  ACT(ptrace)          \
  ACT(read)            \
  ACT(send)            \
  ACT(serve)           \
  ACT(setns)           \
  ACT(setuid)          \
  ACT(signal)          \
  ACT(tcp_connect)     \
  ACT(unix_connect)    \
  ACT(unshare)         \
  ACT(uring_change)    \
  ACT(uring_connect)   \
  ACT(uring_open)
/* clang-format on */

#endif
