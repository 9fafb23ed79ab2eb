// SPDX-License-Identifier: Apache-2.0
#include "rules/fields/event_kinds.h"

#include <fcntl.h>
#include <seccomp.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <vector>

namespace brig::rules {
namespace {

struct Kind {
  std::vector<std::string_view> names;
  std::string_view category = "other";
};

using KindTable = std::array<Kind, kKindCount>;

// clang-format off: a table
void AddFirst(KindTable& kinds) {
  const auto set = [&kinds](auto kind, std::string_view category,
                            std::initializer_list<std::string_view> names) {
    kinds[static_cast<std::size_t>(kind)] = {names, category};
  };
  set(Operation::kFork, "process", {"clone", "clone3", "fork", "vfork"});
  set(Operation::kExec, "process", {"execve", "execveat"});
  set(Operation::kExit, "process", {"procexit"});
  set(Operation::kOpen, "file", {"openat", "open", "openat2"});
  set(kKindCreat, "file", {"openat", "open", "openat2", "creat"});
  set(Operation::kMount, "file", {"mount"});
  set(Operation::kUnmount, "file", {"umount2", "umount"});
  set(Operation::kMoveMount, "file", {"move_mount"});
  set(Operation::kOpenTree, "file", {"open_tree"});
  set(Operation::kFsOpen, "file", {"fsopen"});
  set(Operation::kFsConfig, "file", {"fsconfig"});
  set(Operation::kFsMount, "file", {"fsmount"});
  set(Operation::kFsPick, "file", {"fspick"});
  set(Operation::kMountSetattr, "file", {"mount_setattr"});
  set(Operation::kPivotRoot, "file", {"pivot_root"});
  set(Operation::kChroot, "file", {"chroot"});
  set(Operation::kSetns, "process", {"setns"});
  set(Operation::kUnshare, "process", {"unshare"});
  set(Operation::kClone, "process", {"clone", "clone3"});
  set(Operation::kSetUid, "user", {"setuid"});
  set(kKindSetReUid, "user", {"setreuid"});
  set(kKindSetResUid, "user", {"setresuid"});
  set(Operation::kSetGid, "user", {"setgid"});
  set(kKindSetReGid, "user", {"setregid"});
  set(kKindSetResGid, "user", {"setresgid"});
  set(Operation::kSetGroups, "user", {"setgroups"});
  set(Operation::kCapset, "process", {"capset"});
}

void AddSecond(KindTable& kinds) {
  const auto set = [&kinds](auto kind, std::string_view category,
                            std::initializer_list<std::string_view> names) {
    kinds[static_cast<std::size_t>(kind)] = {names, category};
  };
  set(Operation::kPtrace, "other", {"ptrace"});
  set(Operation::kProcessVmRead, "process", {"process_vm_readv"});
  set(Operation::kProcessVmWrite, "process", {"process_vm_writev"});
  set(Operation::kPidfdGetfd, "file", {"pidfd_getfd"});
  set(Operation::kSignal, "signal", {"kill", "tgkill", "tkill"});
  set(Operation::kPrlimit, "process", {"prlimit", "prlimit64"});
  set(Operation::kMknod, "file", {"mknod", "mknodat"});
  set(Operation::kConnect, "net", {"connect"});
  set(Operation::kCaller, "net", {"connect"});
  set(Operation::kBpf, "other", {"bpf"});
  set(Operation::kModuleLoad, "other", {"finit_module", "init_module"});
  set(Operation::kModuleUnload, "other", {"delete_module"});
  set(Operation::kKexec, "system", {"kexec_load", "kexec_file_load"});
  set(Operation::kPerf, "other", {"perf_event_open"});
  set(Operation::kKernelLog, "system", {"syslog"});
  set(Operation::kContainerStart, "internal", {"container"});
  set(Operation::kContainerJoin, "internal", {"container_join"});
  set(Operation::kContainerEnd, "internal", {"container_end"});
  set(Operation::kRename, "file", {"rename", "renameat", "renameat2"});
  set(Operation::kLink, "file", {"link", "linkat"});
  set(Operation::kSymlink, "file", {"symlink", "symlinkat"});
  set(Operation::kUnlink, "file", {"unlink", "unlinkat", "rmdir"});
  set(Operation::kMkdir, "file", {"mkdir", "mkdirat"});
  set(Operation::kChmod, "file", {"chmod", "fchmod", "fchmodat", "fchmodat2"});
  set(Operation::kChown, "file", {"chown", "lchown", "fchown", "fchownat"});
  set(Operation::kTruncate, "file", {"truncate", "ftruncate"});
  set(Operation::kSetXattr, "file", {"setxattr", "lsetxattr", "fsetxattr"});
  set(Operation::kReceive, "net", {"recvmsg", "recvmmsg"});
  set(Operation::kMap, "memory", {"mmap", "mmap2", "mprotect"});
  set(Operation::kSocket, "net", {"socket"});
  set(Operation::kIoUring, "other", {"io_uring_setup"});
  set(Operation::kUserfaultfd, "other", {"userfaultfd"});
  set(Operation::kCapability, "internal", {"capability"});
  set(Operation::kIpc, "ipc", {"ipc"});
  set(Operation::kKey, "other", {"keyctl"});
  set(Operation::kInspect, "internal", {"inspect"});
  set(Operation::kSchedule, "process", {"schedule"});
}
// clang-format on

const KindTable& Kinds() {
  static const KindTable kKinds = [] {
    KindTable kinds;
    AddFirst(kinds);
    AddSecond(kinds);
    return kinds;
  }();
  return kKinds;
}

// Events of Falco's that no system call is named after, and calls that it names differently.
constexpr std::string_view kOtherNames[] = {
    "asyncevent", "container",    "cpu_hotplug",   "drop",           "eventfd",       "infra",
    "k8s",        "mesos",        "notification",  "page_fault",     "pluginevent",   "procexit",
    "procinfo",   "scapevent",    "signaldeliver", "switch",         "syscall",       "sysdigevent",
    "tracer",     "umount",       "prlimit",       "sigreturn",      "generic",       "group_added",
    "user_added", "user_deleted", "group_deleted", "container_join", "container_end", "capability",
    "inspect",    "schedule",     "mmap2"};

constexpr std::uint64_t kCreatFlags = O_CREAT | O_WRONLY | O_TRUNC;

}  // namespace

EventKind KindOf(const Event& event) {
  const EventKind kind = KindOf(event.operation);
  if (event.operation == Operation::kOpen) {
    const auto* file = std::get_if<FileDetails>(&event.details);
    return file != nullptr && file->flags == kCreatFlags ? kKindCreat : kind;
  }
  if (event.operation == Operation::kSetUid || event.operation == Operation::kSetGid) {
    const auto* change = std::get_if<CredentialDetails>(&event.details);
    const bool user = event.operation == Operation::kSetUid;
    const std::size_t asked = change == nullptr ? 0 : change->asked.size();
    if (asked == 2) return user ? kKindSetReUid : kKindSetReGid;
    if (asked == 3) return user ? kKindSetResUid : kKindSetResGid;
  }
  return kind < kOperationCount ? kind : KindOf(Operation::kNone);
}

Operation OperationOf(EventKind kind) {
  switch (kind) {
    case kKindCreat: return Operation::kOpen;
    case kKindSetReUid:
    case kKindSetResUid: return Operation::kSetUid;
    case kKindSetReGid:
    case kKindSetResGid: return Operation::kSetGid;
    default: return static_cast<Operation>(kind);
  }
}

std::span<const std::string_view> NamesOf(EventKind kind) { return Kinds().at(kind).names; }
std::string_view CategoryOf(EventKind kind) { return Kinds().at(kind).category; }

std::span<const std::string_view> SentNames() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const Kind& kind : Kinds())
      names.insert(names.end(), kind.names.begin(), kind.names.end());
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    return names;
  }();
  return kNames;
}

bool IsSent(std::string_view name) { return std::ranges::binary_search(SentNames(), name); }

bool IsEventName(std::string_view name) {
  if (IsSent(name)) return true;
  if (std::ranges::find(kOtherNames, name) != std::end(kOtherNames)) return true;
  return ::seccomp_syscall_resolve_name(std::string(name).c_str()) != __NR_SCMP_ERROR;
}

}  // namespace brig::rules
