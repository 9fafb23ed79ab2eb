// SPDX-License-Identifier: Apache-2.0
// The i386 numbers of the calls that brig watches, and the program that handles each
// (kernel/call.h). Numbers: Linux, arch/x86/entry/syscalls/syscall_32.tbl. Several old numbers
// share one handler.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace brig::sensor {

inline constexpr auto kCompatCalls = std::to_array<std::pair<std::uint32_t, std::string_view>>({
    {11, "execve"},
    {358, "execveat"},
    {5, "open"},
    {8, "creat"},
    {295, "openat"},
    {437, "openat2"},
    {342, "open_by_handle_at"},
    {21, "mount"},
    {22, "umount2"},
    {52, "umount2"},
    {428, "open_tree"},
    {467, "open_tree_attr"},
    {429, "move_mount"},
    {430, "fsopen"},
    {431, "fsconfig"},
    {432, "fsmount"},
    {433, "fspick"},
    {442, "mount_setattr"},
    {61, "chroot"},
    {217, "pivot_root"},
    {346, "setns"},
    {310, "unshare"},
    {23, "setuid"},
    {213, "setuid"},
    {46, "setgid"},
    {214, "setgid"},
    {70, "setreuid"},
    {203, "setreuid"},
    {71, "setregid"},
    {204, "setregid"},
    {164, "setresuid"},
    {208, "setresuid"},
    {170, "setresgid"},
    {210, "setresgid"},
    {138, "setfsuid"},
    {215, "setfsuid"},
    {139, "setfsgid"},
    {216, "setfsgid"},
    {81, "setgroups"},
    {206, "setgroups"},
    {185, "capset"},
    {26, "ptrace"},
    {347, "process_vm_readv"},
    {348, "process_vm_writev"},
    {438, "pidfd_getfd"},
    {340, "prlimit64"},
    {14, "mknod"},
    {297, "mknodat"},
    {362, "connect"},
    {102, "socketcall"},
    {357, "bpf"},
    {128, "init_module"},
    {350, "finit_module"},
    {129, "delete_module"},
    {283, "kexec_load"},
    {336, "perf_event_open"},
    {103, "syslog"},
});

}  // namespace brig::sensor
