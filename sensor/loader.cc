// SPDX-License-Identifier: Apache-2.0
#include "sensor/loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cstring>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "kernel/abi/event_abi.h"
#include "kernel/programs.skel.h"
#include "sensor/compat_calls.h"
#include "sensor/guard.h"
#include "sensor/probe.h"
#include "sensor/program_set.h"

namespace brig::sensor {
namespace {

constexpr const char* kTracefs = "/sys/kernel/tracing";
constexpr int kMaxWalks = 16;  // of the running tasks, until one finds nothing new

// Filesystems of the kernel that loading reads; where one is not mounted, it is for the loader
// alone.
struct PrivateMount {
  const char* path;
  const char* type;
  const char* probe;  // what is there when it is mounted
  bool needed;
};
constexpr PrivateMount kPrivateMounts[] = {
    {kTracefs, "tracefs", "/sys/kernel/tracing/events/syscalls", true},
    {"/sys/kernel/security", "securityfs", "/sys/kernel/security/lsm", false}};

Result<> MountPrivately(const PrivateMount& wanted) {
  static bool apart = false;  // in a mount namespace of our own already
  if (!apart && ::unshare(CLONE_NEWNS) != 0) return FailErrno("make a mount namespace");
  if (!apart && ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
    return FailErrno("make mounts private");
  apart = true;
  if (::mount(wanted.type, wanted.path, wanted.type, MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) !=
      0)
    return FailErrno(fmt::format("mount {} on {}", wanted.type, wanted.path));
  if (::access(wanted.probe, F_OK) != 0)
    return Fail(ErrorCode::kUnsupported, fmt::format("this kernel has no {}", wanted.probe));
  return {};
}

Result<> EnsureMounted(const PrivateMount& wanted, std::vector<std::string>& notes) {
  if (::access(wanted.probe, F_OK) == 0) return {};
  const auto mounted = MountPrivately(wanted);
  if (!mounted && wanted.needed) return mounted;
  if (mounted)
    notes.push_back(fmt::format("{} was not mounted on this host; brig mounted it for itself alone",
                                wanted.type));
  return {};
}

// How many arguments a raw tracepoint gives its programs, or -1 when the kernel does not have it.
int TracepointArguments(const btf* kernel, std::string_view name) {
  const auto id =
      btf__find_by_name_kind(kernel, fmt::format("btf_trace_{}", name).c_str(), BTF_KIND_TYPEDEF);
  if (id < 0) return -1;
  const btf_type* type = btf__type_by_id(kernel, static_cast<__u32>(id));
  const btf_type* pointer = btf__type_by_id(kernel, type->type);
  const btf_type* function = btf__type_by_id(kernel, pointer->type);
  return btf_vlen(function) - 1;  // the first is the program's own data
}

std::string WhyAbsent(const btf* kernel, const bpf_program* program, bool compat_calls) {
  const std::string_view section = bpf_program__section_name(program);
  const std::string_view name = bpf_program__name(program);
  const auto slash = section.rfind('/');
  const std::string_view point = section.substr(slash + 1);
  if (!compat_calls && (name == "sys_exit_compat" || name.starts_with("compat_")))
    return kNoCompatCalls;
  if (section.starts_with("tracepoint/")) {
    if (::access(fmt::format("{}/events/syscalls/{}/id", kTracefs, point).c_str(), F_OK) != 0)
      return kNoSuchCall;
  } else if (section.starts_with("tp_btf/")) {
    const int arguments = TracepointArguments(kernel, point);
    if (arguments < 0) return "tracepoint absent in this kernel";
    // The result of a completion moved from the fourth argument into the third.
    if (name == "io_uring_complete_entry" && arguments != 3)
      return "this kernel uses the older form";
    if (name == "io_uring_complete_value" && arguments == 3)
      return "this kernel uses the newer form";
  }
  return "";
}

std::string_view Bytes() {
  std::size_t size = 0;
  const void* data = brig_programs__elf_bytes(&size);
  return {static_cast<const char*>(data), size};
}

int MapFd(const ProgramSet& set, const char* name) {
  return bpf_object__find_map_fd_by_name(set.object.get(), name);
}

const bpf_program* ProgramOf(const ProgramSet& set, const std::string& name) {
  return bpf_object__find_program_by_name(set.object.get(), name.c_str());
}

Result<> FillCompatCalls(const ProgramSet& set) {
  const int map = MapFd(set, "compat_calls");
  for (const auto& [number, name] : kCompatCalls) {
    const bpf_program* program = ProgramOf(set, fmt::format("compat_{}", name));
    BRIG_CHECK(program != nullptr);
    const int fd = bpf_program__fd(program);
    if (fd < 0) continue;  // left out; its reason is on record
    if (bpf_map_update_elem(map, &number, &fd, BPF_ANY) != 0)
      return FailErrno(fmt::format("register the 32-bit call {}", name));
  }
  return {};
}

// Runs an iterator program to its end; gives the number of bytes it wrote.
Result<std::size_t> RunIterator(const bpf_program* program) {
  const std::unique_ptr<bpf_link, int (*)(bpf_link*)> link(
      bpf_program__attach_iter(program, nullptr), bpf_link__destroy);
  if (!link) return FailErrno(fmt::format("attach {}", bpf_program__name(program)));
  const UniqueFd iterator(bpf_iter_create(bpf_link__fd(link.get())));
  if (!iterator) return FailErrno(fmt::format("run {}", bpf_program__name(program)));
  BRIG_ASSIGN(const std::string output, ReadFd(iterator.get(), 64 << 20));
  return output.size();
}

Result<> WriteSettings(const ProgramSet& set, const LoadOptions& options) {
  abi_settings settings{};
  const __u32 zero = 0;
  settings.wanted = options.wanted;
  settings.settling = ABI_LOOKING_FIRST;
  // Container keys grow over the whole boot, whatever the number of times brig is started.
  const __u64 first_key = static_cast<__u64>(SystemClock().BootNs() / 1'000'000'000) << 20;
  if (bpf_map_update_elem(MapFd(set, "next_key"), &zero, &first_key, BPF_ANY) != 0)
    return FailErrno("write the first key");
  for (std::size_t i = 0; i < kInvariantCount; ++i)
    settings.mode[i] = static_cast<__u8>(options.modes[i]);
  for (std::size_t i = 0; i < kSurfaceCount; ++i)
    settings.surface[i] = static_cast<__u8>(options.surface[i]);
  if (bpf_map_update_elem(MapFd(set, "settings"), &zero, &settings, BPF_ANY) != 0)
    return FailErrno("write the settings");
  BRIG_ASSIGN(const std::size_t found, RunIterator(ProgramOf(set, "read_host")));
  if (found == 0)
    return Fail(ErrorCode::kUnsupported,
                "brig cannot see the machine's first process: run it on the host itself");
  for (const __u32 pid : options.own_processes) {
    const __u8 one = 1;
    if (bpf_map_update_elem(MapFd(set, "own_processes"), &pid, &one, BPF_ANY) != 0)
      return FailErrno("write the list of own processes");
  }
  return {};
}

Result<NamespaceSet> ReadHost(const ProgramSet& set) {
  abi_settings settings{};
  const __u32 zero = 0;
  if (bpf_map_lookup_elem(MapFd(set, "settings"), &zero, &settings) != 0)
    return FailErrno("read the settings");
  return NamespaceSet{.mount = settings.host_mount_namespace,
                      .pid = settings.host_pid_namespace,
                      .net = settings.host_net_namespace,
                      .ipc = settings.host_ipc_namespace,
                      .uts = settings.host_uts_namespace,
                      .cgroup = settings.host_cgroup_namespace,
                      .user = settings.host_user_namespace};
}

bool IsEventSource(const bpf_program* program) {
  const std::string_view name = bpf_program__name(program);
  return !name.starts_with("compat_") &&
         !std::string_view(bpf_program__section_name(program)).starts_with("iter/");
}

// All that a verdict needs, before the first one: a program that attaches may judge at once.
Result<> TellPrograms(const LoadOptions& options, const Handles& handles) {
  BRIG_TRY(WriteCommonDevices(handles));
  BRIG_TRY(WriteListedFiles(handles, options.listed));
  BRIG_TRY(WriteGuarded(handles, options.guarded));
  BRIG_TRY(WriteLinkPlaces(handles, options.link_places));
  BRIG_TRY(WriteUnixDoors(handles, options.unix_doors));
  return WriteInetDoors(handles, options.inet_doors);
}

Result<> LabelRunningTasks(const ProgramSet& set, Loaded& loaded) {
  BRIG_ASSIGN(loaded.tasks_labelled, RunIterator(ProgramOf(set, "label_running_tasks")));
  BRIG_TRY(WriteSettling(loaded.handles, Settling::kTasks));
  for (int walk = 0; walk < kMaxWalks; ++walk) {
    BRIG_ASSIGN(const std::size_t found, RunIterator(ProgramOf(set, "label_running_tasks")));
    loaded.tasks_labelled += found;
    if (found == 0) return {};
  }
  loaded.notes.push_back(
      "tasks of running containers were still appearing when brig stopped looking; "
      "restart brig when the host is quieter");
  return {};
}

Result<> TakeMaps(const ProgramSet& set, Handles& handles) {
  for (std::size_t i = 0; i < kMapCount; ++i) {
    const int fd = MapFd(set, std::string(kMapNames[i]).c_str());
    handles.maps[i].Reset(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!handles.maps[i]) return FailErrno(fmt::format("keep the map {}", kMapNames[i]));
  }
  return {};
}

}  // namespace

Result<Loaded> Load(const LoadOptions& options) {
  QuietLibbpf();
  // Kernels before 5.11 charge maps to this limit; where it cannot be raised it is not needed.
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  ::setrlimit(RLIMIT_MEMLOCK, &unlimited);

  const std::unique_ptr<btf, decltype(&btf__free)> kernel(btf__load_vmlinux_btf(), btf__free);
  if (!kernel)
    return Fail(ErrorCode::kUnsupported,
                "this kernel has no type information (/sys/kernel/btf/vmlinux): "
                "boot one built with CONFIG_DEBUG_INFO_BTF");
  Loaded loaded;
  for (const PrivateMount& wanted : kPrivateMounts) BRIG_TRY(EnsureMounted(wanted, loaded.notes));
  const bool compat_calls = HasCompatCalls();
  BRIG_ASSIGN(const ProgramSet set, LoadSet({.bytes = Bytes(),
                                             .why_absent =
                                                 [&](const bpf_program* program) {
                                                   return WhyAbsent(kernel.get(), program,
                                                                    compat_calls);
                                                 },
                                             .prepare = {}}));
  BRIG_TRY(FillCompatCalls(set));
  BRIG_TRY(WriteSettings(set, options));
  BRIG_ASSIGN(loaded.host, ReadHost(set));
  BRIG_TRY(TakeMaps(set, loaded.handles));
  BRIG_TRY(TellPrograms(options, loaded.handles));
  // First attach, then look for who runs already: nobody slips through between. The guard comes
  // last: it refuses nobody before it knows them.
  if (AttachSet(set, "sensor", IsEventSource, loaded) == 0)
    return Fail(ErrorCode::kDenied, "the kernel refused to attach every program");
  BRIG_TRY(LabelRunningTasks(set, loaded));
  BRIG_TRY(WriteSettling(loaded.handles, Settling::kAllowances));
  BRIG_TRY(LoadGuard(kernel.get(), set.object.get(), loaded));
  if (GuardAttached(loaded.programs)) BRIG_TRY(KeepFtraceOn(loaded.handles));
  return loaded;
}

}  // namespace brig::sensor
