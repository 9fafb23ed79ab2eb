// SPDX-License-Identifier: Apache-2.0
// evt.arg.NAME: the arguments of Falco's events, as far as brig's events have them.
#include <fmt/format.h>
#include <linux/ptrace.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>

#include "rules/fields/tables.h"

namespace brig::rules {
namespace {

constexpr FlagName kModes[] = {{0001, "S_IXOTH"},  {0002, "S_IWOTH"},  {0004, "S_IROTH"},
                               {0010, "S_IXGRP"},  {0020, "S_IWGRP"},  {0040, "S_IRGRP"},
                               {0100, "S_IXUSR"},  {0200, "S_IWUSR"},  {0400, "S_IRUSR"},
                               {01000, "S_ISVTX"}, {02000, "S_ISGID"}, {04000, "S_ISUID"}};
constexpr FlagName kClones[] = {
    {CLONE_NEWNS, "CLONE_NEWNS"},     {CLONE_NEWCGROUP, "CLONE_NEWCGROUP"},
    {CLONE_NEWUTS, "CLONE_NEWUTS"},   {CLONE_NEWIPC, "CLONE_NEWIPC"},
    {CLONE_NEWUSER, "CLONE_NEWUSER"}, {CLONE_NEWPID, "CLONE_NEWPID"},
    {CLONE_NEWNET, "CLONE_NEWNET"},   {CLONE_VM, "CLONE_VM"},
    {CLONE_FS, "CLONE_FS"},           {CLONE_FILES, "CLONE_FILES"},
    {CLONE_SIGHAND, "CLONE_SIGHAND"}, {CLONE_THREAD, "CLONE_THREAD"},
    {CLONE_VFORK, "CLONE_VFORK"},     {CLONE_PARENT, "CLONE_PARENT"}};
constexpr FlagName kRequests[] = {
    {PTRACE_TRACEME, "PTRACE_TRACEME"},    {PTRACE_PEEKTEXT, "PTRACE_PEEKTEXT"},
    {PTRACE_PEEKDATA, "PTRACE_PEEKDATA"},  {PTRACE_POKETEXT, "PTRACE_POKETEXT"},
    {PTRACE_POKEDATA, "PTRACE_POKEDATA"},  {PTRACE_CONT, "PTRACE_CONT"},
    {PTRACE_KILL, "PTRACE_KILL"},          {13, "PTRACE_SETREGS"},
    {PTRACE_ATTACH, "PTRACE_ATTACH"},      {PTRACE_SEIZE, "PTRACE_SEIZE"},
    {PTRACE_INTERRUPT, "PTRACE_INTERRUPT"}};
constexpr FlagName kFamilies[] = {
    {AF_UNIX, "AF_UNIX"},           {AF_INET, "AF_INET"},     {AF_INET6, "AF_INET6"},
    {AF_NETLINK, "AF_NETLINK"},     {AF_PACKET, "AF_PACKET"}, {AF_ALG, "AF_ALG"},
    {AF_VSOCK, "AF_VSOCK"},         {AF_KEY, "AF_KEY"},       {AF_XDP, "AF_XDP"},
    {AF_BLUETOOTH, "AF_BLUETOOTH"}, {AF_CAN, "AF_CAN"},       {AF_RDS, "AF_RDS"},
    {AF_TIPC, "AF_TIPC"},           {AF_X25, "AF_X25"}};
constexpr FlagName kMounts[] = {
    {1, "RDONLY"},         {2, "NOSUID"},       {4, "NODEV"},
    {8, "NOEXEC"},         {32, "REMOUNT"},     {4096, "BIND"},
    {8192, "MOVE"},        {16384, "REC"},      {1U << 17, "UNBINDABLE"},
    {1U << 18, "PRIVATE"}, {1U << 19, "SLAVE"}, {1U << 20, "SHARED"}};

// Every name that an argument of a Falco event has.
constexpr std::string_view kNames[] = {"ID",
                                       "addr",
                                       "advice",
                                       "arg",
                                       "args",
                                       "attr",
                                       "backlog",
                                       "cap_effective",
                                       "cap_inheritable",
                                       "cap_permitted",
                                       "cgroup",
                                       "cgroups",
                                       "clockid",
                                       "cmd",
                                       "comm",
                                       "core",
                                       "cpu",
                                       "cpu_sys",
                                       "cpu_usr",
                                       "cq_entries",
                                       "crtime",
                                       "ctime",
                                       "cwd",
                                       "data",
                                       "description",
                                       "dev",
                                       "dev1",
                                       "dev2",
                                       "dir",
                                       "dirfd",
                                       "domain",
                                       "dqb_bhardlimit",
                                       "dst",
                                       "egid",
                                       "egid_out",
                                       "env",
                                       "error",
                                       "euid",
                                       "event_type",
                                       "events",
                                       "exe",
                                       "exe_ino",
                                       "exe_ino_ctime",
                                       "exe_ino_mtime",
                                       "exe_upper_layer",
                                       "fd",
                                       "fd1",
                                       "fd2",
                                       "fd_in",
                                       "fd_out",
                                       "fdin",
                                       "fdlimit",
                                       "fdout",
                                       "features",
                                       "filehandle",
                                       "filename",
                                       "flags",
                                       "fsid",
                                       "fsname",
                                       "gid",
                                       "group_fd",
                                       "home",
                                       "how",
                                       "how_many",
                                       "id",
                                       "idtype",
                                       "image",
                                       "image_size",
                                       "initval",
                                       "ino",
                                       "interval",
                                       "ip",
                                       "json",
                                       "kernel_initrd_fd",
                                       "key",
                                       "keyring",
                                       "length",
                                       "level",
                                       "linkdirfd",
                                       "linkpath",
                                       "loginuid",
                                       "mask",
                                       "max",
                                       "maxevents",
                                       "min_complete",
                                       "mode",
                                       "module",
                                       "mountfd",
                                       "msg",
                                       "mtime",
                                       "mtu",
                                       "name",
                                       "nativeID",
                                       "net",
                                       "newcur",
                                       "newdir",
                                       "newdirfd",
                                       "newfd",
                                       "newmax",
                                       "newpath",
                                       "next",
                                       "ngid",
                                       "nr_args",
                                       "nsops",
                                       "nstype",
                                       "off_in",
                                       "off_out",
                                       "offin",
                                       "offout",
                                       "offset",
                                       "oldcur",
                                       "olddir",
                                       "olddirfd",
                                       "oldfd",
                                       "oldmax",
                                       "oldpath",
                                       "op",
                                       "opcode",
                                       "operation",
                                       "option",
                                       "optlen",
                                       "optname",
                                       "params",
                                       "params_len",
                                       "path",
                                       "path_in",
                                       "payload",
                                       "perm",
                                       "pgft_maj",
                                       "pgft_min",
                                       "pgid",
                                       "pgoffset",
                                       "pid",
                                       "pid_fd",
                                       "pidns_init_start_ts",
                                       "plugin_id",
                                       "pos",
                                       "prot",
                                       "proto",
                                       "ptid",
                                       "queuelen",
                                       "queuemax",
                                       "queuepct",
                                       "quota_fmt",
                                       "quota_fmt_out",
                                       "quotafilepath",
                                       "reaper_tid",
                                       "request",
                                       "res",
                                       "resolve",
                                       "resource",
                                       "ret",
                                       "rgid",
                                       "ruid",
                                       "sem_flg_0",
                                       "sem_flg_1",
                                       "sem_num_0",
                                       "sem_num_1",
                                       "sem_op_0",
                                       "sem_op_1",
                                       "semid",
                                       "semnum",
                                       "sgid",
                                       "shell",
                                       "sig",
                                       "sig_mask",
                                       "sigmask",
                                       "signal",
                                       "size",
                                       "sizes",
                                       "source",
                                       "special",
                                       "sq_entries",
                                       "sq_thread_cpu",
                                       "sq_thread_idle",
                                       "src",
                                       "status",
                                       "sub_leap",
                                       "suid",
                                       "tag",
                                       "target",
                                       "target_fd",
                                       "tid",
                                       "timeout",
                                       "to_submit",
                                       "trusted_exepath",
                                       "tty",
                                       "tuple",
                                       "type",
                                       "uargs",
                                       "uid",
                                       "uptime",
                                       "url",
                                       "usrs",
                                       "val",
                                       "vm_rss",
                                       "vm_size",
                                       "vm_swap",
                                       "vpgid",
                                       "vpid",
                                       "vtid",
                                       "whence",
                                       "which",
                                       "who"};

void AddFlags(std::uint64_t flags, std::span<const FlagName> names, Values& out, bool as_number) {
  if (as_number) return out.AddNumber(static_cast<std::int64_t>(flags));
  std::string& text = out.Build();
  JoinFlags(flags, names, text);
  out.AddBuilt(text);
}

void AddNumber(std::int64_t number, Values& out, bool as_number) {
  if (as_number) return out.AddNumber(number);
  std::string& text = out.Build();
  fmt::format_to(std::back_inserter(text), "{}", number);
  out.AddBuilt(text);
}

void AddNamed(std::uint64_t number, std::span<const FlagName> names, Values& out, bool as_number) {
  const std::string_view name = NameOfNumber(number, names);
  if (as_number || name.empty())
    return AddNumber(static_cast<std::int64_t>(number), out, as_number);
  out.Add(name);
}

// root is the one name that a number tells without the container's /etc/passwd.
void AddUser(std::uint32_t uid, Values& out, bool as_number) {
  if (uid == 0 && !as_number) return out.Add("root");
  AddNumber(uid, out, as_number);
}

bool OfExec(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* exec = view.details<ExecDetails>();
  if (exec == nullptr) return false;
  if (name == "flags") {
    static constexpr FlagName kFlags[] = {{2, "EXE_UPPER_LAYER"}, {4, "EXE_FROM_MEMFD"}};
    AddFlags((exec->file.upper ? 2 : 0) | (exec->file.memory ? 4 : 0), kFlags, out, as_number);
    return true;
  }
  if (name == "filename" || name == "trusted_exepath") return out.Add(exec->path), true;
  if (name == "exe" && !exec->arguments.empty()) return out.Add(exec->arguments[0]), true;
  if (name == "exe_ino")
    return AddNumber(static_cast<std::int64_t>(exec->file.inode), out, as_number), true;
  return false;
}

bool OfFile(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* file = view.details<FileDetails>();
  if (file == nullptr) return false;
  const Operation operation = view.event().operation;
  if (name == "mode") {
    AddFlags(operation == Operation::kOpen ? file->file.mode & 07777 : file->flags & 07777, kModes,
             out, as_number);
    return true;
  }
  if (operation == Operation::kOpen) {
    if (name == "fd") return AddNumber(view.event().result, out, as_number), true;
    if (name == "ino")
      return AddNumber(static_cast<std::int64_t>(file->file.inode), out, as_number), true;
    if (name == "dev") return AddNumber(file->file.device, out, as_number), true;
    if (name == "flags") {
      if (as_number) return out.AddNumber(static_cast<std::int64_t>(file->flags)), true;
      std::string& text = out.Build();
      OpenFlags(file->flags, text);
      return out.AddBuilt(text), true;
    }
  }
  static constexpr std::string_view kPaths[] = {"name", "path", "filename", "oldpath", "linkpath"};
  if (std::ranges::find(kPaths, name) == std::end(kPaths)) return false;
  return out.Add(file->path), true;
}

bool OfMount(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* mount = view.details<MountDetails>();
  if (mount == nullptr) return false;
  if (name == "flags") return AddFlags(mount->flags, kMounts, out, as_number), true;
  if (name == "dev" || name == "source") return out.Add(mount->source), true;
  if (name == "dir" || name == "name") return out.Add(mount->target), true;
  return name == "type" ? (out.Add(mount->filesystem), true) : false;
}

bool OfNamespace(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* change = view.details<NamespaceDetails>();
  if (change == nullptr || (name != "flags" && name != "nstype")) return false;
  return AddFlags(change->flags, kClones, out, as_number), true;
}

bool OfCredentials(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* change = view.details<CredentialDetails>();
  if (change == nullptr) return false;
  if (name == "cap_effective" || name == "cap_permitted") {
    const std::uint64_t set = name == "cap_effective" ? change->effective : change->permitted;
    if (as_number) return out.AddNumber(static_cast<std::int64_t>(set)), true;
    std::string& text = out.Build();
    CapabilityWords(set, text);
    return out.AddBuilt(text), true;
  }
  static constexpr std::string_view kOrder[2][3] = {{"ruid", "euid", "suid"},
                                                    {"rgid", "egid", "sgid"}};
  const auto& asked = change->asked;
  const bool group = view.event().operation == Operation::kSetGid;
  if (asked.size() == 1 && name == (group ? "gid" : "uid")) {
    if (group) return AddNumber(asked[0], out, as_number), true;
    return AddUser(asked[0], out, as_number), true;
  }
  for (std::size_t i = 0; i < 3 && asked.size() > 1 && i < asked.size(); ++i) {
    if (name != kOrder[group ? 1 : 0][i]) continue;
    return AddUser(asked[i], out, as_number), true;
  }
  return false;
}

bool OfTarget(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* act = view.details<TargetDetails>();
  if (act == nullptr) return false;
  if (name == "pid") return AddNumber(act->target.pid, out, as_number), true;
  const Operation operation = view.event().operation;
  if (name == "request" && operation == Operation::kPtrace)
    return AddNamed(act->request, kRequests, out, as_number), true;
  if (name == "sig" && operation == Operation::kSignal)
    return AddNumber(static_cast<std::int64_t>(act->request), out, as_number), true;
  if (name == "resource" && operation == Operation::kPrlimit)
    return AddNumber(static_cast<std::int64_t>(act->request), out, as_number), true;
  return false;
}

bool OfConnect(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* connect = view.details<ConnectDetails>();
  if (connect == nullptr) return false;
  if (name == "domain") return AddNamed(connect->family, kFamilies, out, as_number), true;
  if (name != "addr" && name != "tuple") return false;
  if (connect->family == AF_UNIX) return out.Add(connect->address), true;
  std::string& text = out.Build();
  fmt::format_to(std::back_inserter(text), "{}:{}", connect->address, connect->port);
  return out.AddBuilt(text), true;
}

bool OfKernel(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* act = view.details<KernelDetails>();
  if (act == nullptr) return false;
  if (name == "cmd" || name == "type")
    return AddNumber(static_cast<std::int64_t>(act->command), out, as_number), true;
  if (name == "domain" && view.event().operation == Operation::kSocket)
    return AddNamed(act->command, kFamilies, out, as_number), true;
  return name == "uargs" || name == "image" ? (out.Add(act->text), true) : false;
}

bool OfFork(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* fork = view.details<ForkDetails>();
  if (fork == nullptr || name != "flags") return false;
  return AddFlags(fork->clone_flags, kClones, out, as_number), true;
}

bool OfExit(const View& view, std::string_view name, Values& out, bool as_number) {
  const auto* exit = view.details<ExitDetails>();
  if (exit == nullptr) return false;
  if (name == "status" || name == "ret") return AddNumber(exit->status, out, as_number), true;
  return name == "sig" ? (AddNumber(exit->signal, out, as_number), true) : false;
}

// Those that brig fills for some event.
constexpr std::string_view kFilled[] = {
    "addr",     "cap_effective", "cap_permitted", "cmd",     "dev",     "dir",
    "domain",   "egid",          "euid",          "exe",     "exe_ino", "fd",
    "filename", "flags",         "gid",           "image",   "ino",     "linkpath",
    "mode",     "name",          "nstype",        "oldpath", "path",    "pid",
    "request",  "res",           "resource",      "ret",     "rgid",    "ruid",
    "sgid",     "sig",           "source",        "status",  "suid",    "trusted_exepath",
    "tuple",    "type",          "uargs",         "uid"};

}  // namespace

bool EventArgument(const View& view, std::string_view name, Values& out, bool as_number) {
  if (name == "res") {
    if (!HasResult(view)) return false;
    if (as_number)
      out.AddNumber(view.event().result);
    else
      out.Add(ResultWord(view.event().result));
    return true;
  }
  static constexpr auto kSources = {OfExec,   OfFile,    OfMount,  OfNamespace, OfCredentials,
                                    OfTarget, OfConnect, OfKernel, OfFork,      OfExit};
  return std::ranges::any_of(kSources,
                             [&](const auto source) { return source(view, name, out, as_number); });
}

bool FillsArgument(std::string_view name) { return std::ranges::binary_search(kFilled, name); }

std::span<const std::string_view> FilledArguments() { return kFilled; }

bool IsArgumentName(std::string_view name) {
  return std::ranges::find(kNames, name) != std::end(kNames);
}

}  // namespace brig::rules
