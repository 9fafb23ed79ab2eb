// SPDX-License-Identifier: Apache-2.0
// Event: one operation of one task, as the kernel saw it. Plain data; who the container and the
// person are is added by identity (model/subject.h). Times in nanoseconds since boot unless named
// wall. Limits are those of the records (docs/event-abi.md): no string here is ever cut silently.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "model/describe.h"
#include "model/names.h"

namespace brig {

// A process by birth: pid and start time together are unique within one boot.
struct ProcessRef {
  std::uint64_t start_ns = 0;
  std::uint32_t pid = 0;
  std::uint32_t uid = 0;
  std::uint64_t container = 0;  // the container it was born in; 0: the host
  std::string comm;

  static void Describe(auto& self, auto& visit) {
    visit("start_ns", self.start_ns);
    visit("pid", self.pid);
    visit("uid", self.uid);
    visit("container", self.container);
    visit("comm", self.comm);
  }
  // Identity, not state: names and credentials may have changed since.
  bool SameBirth(const ProcessRef& other) const {
    return pid == other.pid && start_ns == other.start_ns;
  }
};

inline constexpr std::uint32_t kUnsetId = 0xffffffff;  // login uid or session that was never set

// The task that acted.
struct Actor {
  ProcessRef process;
  std::uint32_t tid = 0;
  std::uint32_t gid = 0;
  std::uint32_t pid_inside = 0;  // its pid in its own pid namespace
  std::uint32_t login_uid = kUnsetId;
  std::uint32_t session = kUnsetId;
  std::uint64_t capabilities = 0;  // effective
  std::uint64_t parent_start_ns = 0;
  std::uint32_t parent_pid = 0;

  static void Describe(auto& self, auto& visit) {
    visit("process", self.process);
    visit("tid", self.tid);
    visit("gid", self.gid);
    visit("pid_inside", self.pid_inside);
    visit("login_uid", self.login_uid);
    visit("session", self.session);
    visit("capabilities", self.capabilities);
    visit("parent_start_ns", self.parent_start_ns);
    visit("parent_pid", self.parent_pid);
  }
};

// The file that the kernel really operated on.
struct FileObject {
  std::uint64_t inode = 0;
  std::uint32_t device = 0;       // of its superblock: major << 20 | minor
  std::uint32_t device_node = 0;  // for device files: the number they stand for
  std::uint32_t superblock = 0;   // magic, as in linux/magic.h
  std::uint32_t mode = 0;         // type and permissions
  std::uint32_t links = 0;
  std::uint64_t mount_namespace = 0;
  bool upper = false;  // on overlay: written after the container's start
  bool unlinked = false;
  bool memory = false;  // memfd or tmpfs without a name

  static void Describe(auto& self, auto& visit) {
    visit("inode", self.inode);
    visit("device", self.device);
    visit("device_node", self.device_node);
    visit("superblock", self.superblock);
    visit("mode", self.mode);
    visit("links", self.links);
    visit("mount_namespace", self.mount_namespace);
    visit("upper", self.upper);
    visit("unlinked", self.unlinked);
    visit("memory", self.memory);
  }
};

struct NoDetails {
  static constexpr std::string_view kName = "none";
  static void Describe(auto&, auto&) {}
};

struct ForkDetails {
  static constexpr std::string_view kName = "fork";
  ProcessRef child;
  std::uint64_t clone_flags = 0;
  static void Describe(auto& self, auto& visit) {
    visit("child", self.child);
    visit("clone_flags", self.clone_flags);
  }
};

struct ExecDetails {
  static constexpr std::string_view kName = "exec";
  std::string path;
  std::vector<std::string> arguments;
  bool arguments_cut = false;  // the process had more than the record holds
  FileObject file;
  static void Describe(auto& self, auto& visit) {
    visit("path", self.path);
    visit("arguments", self.arguments);
    visit("arguments_cut", self.arguments_cut);
    visit("file", self.file);
  }
};

struct ExitDetails {
  static constexpr std::string_view kName = "exit";
  std::uint32_t status = 0;
  std::uint32_t signal = 0;
  static void Describe(auto& self, auto& visit) {
    visit("status", self.status);
    visit("signal", self.signal);
  }
};

// open, mknod, chroot, pivot_root: one file and how it was named.
struct FileDetails {
  static constexpr std::string_view kName = "file";
  std::string path;  // resolved by the kernel, or as given by the program when `path_as_given`
  bool path_as_given = false;
  FileObject file;
  std::uint64_t flags = 0;  // open flags, or the mode and device that mknod was given
  static void Describe(auto& self, auto& visit) {
    visit("path", self.path);
    visit("path_as_given", self.path_as_given);
    visit("file", self.file);
    visit("flags", self.flags);
  }
};

// The mount calls, old and new. Strings are as the program gave them.
struct MountDetails {
  static constexpr std::string_view kName = "mount";
  std::string source;
  std::string target;
  std::string filesystem;
  std::uint64_t flags = 0;
  FileObject file;  // the root of the mount that the call made or moved, where the kernel tells
  static void Describe(auto& self, auto& visit) {
    visit("source", self.source);
    visit("target", self.target);
    visit("filesystem", self.filesystem);
    visit("flags", self.flags);
    visit("file", self.file);
  }
};

// setns, unshare, clone: the namespaces that the task has afterwards. Inode numbers, but for
// `mount`, which is the kernel's own number for a mount namespace, never given twice.
struct NamespaceSet {
  std::uint64_t mount = 0;
  std::uint32_t pid = 0, net = 0, ipc = 0, uts = 0, cgroup = 0, user = 0;
  static void Describe(auto& self, auto& visit) {
    visit("mount", self.mount);
    visit("pid", self.pid);
    visit("net", self.net);
    visit("ipc", self.ipc);
    visit("uts", self.uts);
    visit("cgroup", self.cgroup);
    visit("user", self.user);
  }
};

struct NamespaceDetails {
  static constexpr std::string_view kName = "namespace";
  std::uint64_t flags = 0;  // CLONE_NEW*
  NamespaceSet now;
  static void Describe(auto& self, auto& visit) {
    visit("flags", self.flags);
    visit("now", self.now);
  }
};

struct CredentialDetails {
  static constexpr std::string_view kName = "credentials";
  std::vector<std::uint32_t> asked;  // the call's arguments, as given
  std::uint32_t uid = 0, effective_uid = 0, gid = 0, effective_gid = 0;
  std::uint64_t effective = 0, permitted = 0;  // capabilities afterwards
  static void Describe(auto& self, auto& visit) {
    visit("asked", self.asked);
    visit("uid", self.uid);
    visit("effective_uid", self.effective_uid);
    visit("gid", self.gid);
    visit("effective_gid", self.effective_gid);
    visit("effective", self.effective);
    visit("permitted", self.permitted);
  }
};

// ptrace, process_vm_*, pidfd_getfd, signal, prlimit: what was done to whom.
struct TargetDetails {
  static constexpr std::string_view kName = "target";
  ProcessRef target;
  std::uint64_t request = 0;  // ptrace request, signal number, resource
  static void Describe(auto& self, auto& visit) {
    visit("target", self.target);
    visit("request", self.request);
  }
};

struct ConnectDetails {
  static constexpr std::string_view kName = "connect";
  std::uint32_t family = 0;
  std::string address;  // "10.0.0.1", "::1", a path, or "@name" for an abstract socket
  std::uint32_t port = 0;
  HostObject door = HostObject::kNone;
  std::vector<std::string> arguments;  // of the caller, for kCaller only
  static void Describe(auto& self, auto& visit) {
    visit("family", self.family);
    visit("address", self.address);
    visit("port", self.port);
    visit("door", self.door);
    visit("arguments", self.arguments);
  }
};

// bpf, module, kexec, perf, syslog.
struct KernelDetails {
  static constexpr std::string_view kName = "kernel";
  std::uint64_t command = 0;
  std::uint64_t argument = 0;
  std::string text;  // the file or the parameters, as given
  static void Describe(auto& self, auto& visit) {
    visit("command", self.command);
    visit("argument", self.argument);
    visit("text", self.text);
  }
};

// A container's first task, or one that joined later; what confined it at that instant.
struct BirthDetails {
  static constexpr std::string_view kName = "birth";
  NamespaceSet namespaces;
  std::uint64_t effective = 0, permitted = 0, bounding = 0;
  std::uint32_t seccomp = 0;  // 0 none, 1 strict, 2 filter
  bool no_new_privs = false;
  bool found_running = false;  // brig started after the container did
  std::uint64_t cgroup_id = 0;
  std::string cgroup;  // path in the unified hierarchy; a claim, not an identity
  std::string path;    // the program
  std::vector<std::string> arguments;
  static void Describe(auto& self, auto& visit) {
    visit("namespaces", self.namespaces);
    visit("effective", self.effective);
    visit("permitted", self.permitted);
    visit("bounding", self.bounding);
    visit("seccomp", self.seccomp);
    visit("no_new_privs", self.no_new_privs);
    visit("found_running", self.found_running);
    visit("cgroup_id", self.cgroup_id);
    visit("cgroup", self.cgroup);
    visit("path", self.path);
    visit("arguments", self.arguments);
  }
};

struct EndDetails {
  static constexpr std::string_view kName = "end";
  std::uint64_t records = 0;  // that this container caused
  std::uint64_t shed = 0;     // of them, those that found no room
  static void Describe(auto& self, auto& visit) {
    visit("records", self.records);
    visit("shed", self.shed);
  }
};

struct LostDetails {
  static constexpr std::string_view kName = "lost";
  RecordClass record_class = RecordClass::kTelemetry;
  std::uint64_t count = 0;       // since the last such event
  std::uint64_t count_ever = 0;  // since the programs were loaded
  static void Describe(auto& self, auto& visit) {
    visit("record_class", self.record_class);
    visit("count", self.count);
    visit("count_ever", self.count_ever);
  }
};

using Details = std::variant<NoDetails, ForkDetails, ExecDetails, ExitDetails, FileDetails,
                             MountDetails, NamespaceDetails, CredentialDetails, TargetDetails,
                             ConnectDetails, KernelDetails, BirthDetails, EndDetails, LostDetails>;

struct Event {
  std::uint64_t sequence = 0;  // per CPU and class, gapless but for what is lost
  std::uint32_t cpu = 0;
  RecordClass record_class = RecordClass::kTelemetry;
  std::int64_t boot_ns = 0;
  std::int64_t wall_ns = 0;
  Operation operation = Operation::kNone;
  Verdict verdict = Verdict::kSeen;
  Invariant invariant = Invariant::kNone;
  Cause cause = Cause::kNone;
  std::uint64_t cause_detail = 0;  // HostObject, device number, capability bits: as the cause says
  std::int64_t result = 0;         // of the system call: negative errno when it failed
  std::uint64_t repeats = 0;       // refusals of the same act that have no record of their own
  bool compat = false;             // a 32-bit call
  bool uring = false;              // done by io_uring, no system call names it
  bool attempt = false;            // seen when asked for; the result comes as an event of its own
  Actor actor;
  std::vector<ProcessRef> chain;  // parent, its parent ...; filled for critical events
  Details details;

  static void Describe(auto& self, auto& visit) {
    visit("sequence", self.sequence);
    visit("cpu", self.cpu);
    visit("class", self.record_class);
    visit("boot_ns", self.boot_ns);
    visit("wall_ns", self.wall_ns);
    visit("operation", self.operation);
    visit("verdict", self.verdict);
    visit("invariant", self.invariant);
    visit("cause", self.cause);
    visit("cause_detail", self.cause_detail);
    visit("result", self.result);
    visit("repeats", self.repeats);
    visit("compat", self.compat);
    visit("uring", self.uring);
    visit("attempt", self.attempt);
    visit("actor", self.actor);
    visit("chain", self.chain);
    visit("details", self.details);
  }
};

}  // namespace brig
