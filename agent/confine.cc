// SPDX-License-Identifier: Apache-2.0
#include "agent/confine.h"

#include <fmt/format.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

namespace brig::agent {
namespace {

constexpr int kLastCapability = 63;  // the kernel says EINVAL for those it does not know

Result<> SetCapabilities(std::uint64_t permitted, std::uint64_t effective) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  for (std::size_t i = 0; i < 2; ++i) {
    data.at(i).permitted = static_cast<std::uint32_t>(permitted >> (32 * i));
    data.at(i).effective = static_cast<std::uint32_t>(effective >> (32 * i));
  }
  if (::syscall(SYS_capset, &header, data.data()) != 0) return FailErrno("set capabilities");
  return {};
}

Result<> DropBounding(std::uint64_t keep) {
  for (int capability = 0; capability <= kLastCapability; ++capability) {
    if ((keep & CapabilityBit(capability)) != 0) continue;
    if (::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 1) continue;
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
      return FailErrno("drop from bounding set");
  }
  return {};
}

Result<> EnterRoot(const std::string& root) {
  if (root.empty()) return {};
  if (::chdir(root.c_str()) != 0) return FailErrno(fmt::format("enter {}", root));
  if (::chroot(".") != 0) return FailErrno(fmt::format("shut in {}", root));
  return {};
}

Result<> BecomeUser(uid_t user, gid_t group) {
  if (::setgroups(0, nullptr) != 0) return FailErrno("drop groups");
  if (::setresgid(group, group, group) != 0) return FailErrno("change group");
  // Without this the kernel clears the permitted set when the user stops being root.
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return FailErrno("keep capabilities");
  if (::setresuid(user, user, user) != 0) return FailErrno("change user");
  return {};
}

}  // namespace

Result<std::uint64_t> PermittedCapabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return FailErrno("get capabilities");
  return data[0].permitted | static_cast<std::uint64_t>(data[1].permitted) << 32;
}

Result<> DropPrivileges(const Privileges& privileges) {
  BRIG_ASSIGN(const std::uint64_t had, PermittedCapabilities());
  const std::uint64_t keep = privileges.capabilities & had;
  BRIG_TRY(EnterRoot(privileges.root));
  BRIG_TRY(DropBounding(keep));
  BRIG_TRY(BecomeUser(privileges.user, privileges.group));
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
    return FailErrno("clear ambient capabilities");
  BRIG_TRY(SetCapabilities(keep, keep & privileges.effective));
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return FailErrno("set no_new_privs");
  // After the change of user, which would set it again. Nobody of the same user may trace us.
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return FailErrno("forbid tracing");
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return FailErrno("forbid core files");
  BRIG_ASSIGN(const std::uint64_t has, PermittedCapabilities());
  BRIG_CHECK(has == keep && ::getuid() == privileges.user && ::geteuid() == privileges.user);
  return {};
}

Result<> CloseOtherHandles(std::vector<int> keep) {
  keep.insert(keep.end(), {0, 1, 2});
  std::ranges::sort(keep);
  unsigned first = 0;  // the lowest that may still be open and unwanted
  for (const int fd : keep) {
    if (fd < 0) continue;
    const auto kept = static_cast<unsigned>(fd);
    if (kept > first && ::syscall(SYS_close_range, first, kept - 1, 0) != 0)
      return FailErrno("close handles");
    first = kept + 1;
  }
  if (::syscall(SYS_close_range, first, ~0U, 0) != 0) return FailErrno("close handles");
  return {};
}

std::span<const std::string_view> LoopCalls() {
  static constexpr std::string_view kCalls[] = {
      "read",           "write",         "close",           "recvmsg",   "sendmsg",
      "recvfrom",       "sendto",        "fcntl",           "fstat",     "lseek",
      "epoll_wait",     "epoll_pwait",   "epoll_ctl",       "pread64",   "writev",
      "mmap",           "munmap",        "mremap",          "brk",       "madvise",
      "futex",          "clock_gettime", "gettimeofday",    "getrandom", "getpid",
      "gettid",         "tgkill",        "restart_syscall", "mprotect",  "rt_sigreturn",
      "rt_sigprocmask", "rt_sigaction",  "sigaltstack",     "exit",      "exit_group"};
  return kCalls;
}

namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

Result<> Allow(const Filter& filter, std::string_view name, bool may_load_code) {
  const int call = seccomp_syscall_resolve_name(std::string(name).c_str());
  BRIG_CHECK(call != __NR_SCMP_ERROR);
  int failed = 0;
  if (name == "bpf") {
    for (const unsigned command : {BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM,
                                   BPF_MAP_GET_NEXT_KEY, BPF_OBJ_GET_INFO_BY_FD}) {
      const scmp_arg_cmp is_command{0, SCMP_CMP_EQ, command, 0};
      failed |= seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &is_command);
    }
  } else if (!may_load_code && (name == "mmap" || name == "mprotect")) {
    const scmp_arg_cmp no_code{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
    failed = seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &no_code);
  } else {
    failed = seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 0, nullptr);
  }
  if (failed != 0) return FailErrno(fmt::format("allow {}", name), -failed);
  return {};
}

}  // namespace

Result<> AllowSystemCalls(std::span<const std::string_view> calls, bool may_load_code) {
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release);
  if (!filter) return Fail(ErrorCode::kInternal, "make system call filter");
  (void)seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_LOG,
                         1);  // say in the audit log what was refused
  (void)seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a search tree
  for (const std::string_view call : LoopCalls()) BRIG_TRY(Allow(filter, call, may_load_code));
  for (const std::string_view call : calls) BRIG_TRY(Allow(filter, call, may_load_code));
  const int failed = seccomp_load(filter.get());
  if (failed != 0) return FailErrno("load system call filter", -failed);
  return {};
}

}  // namespace brig::agent
