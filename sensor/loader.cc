// SPDX-License-Identifier: Apache-2.0
#include "sensor/loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <mntent.h>
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
#include "kernel/brig.skel.h"
#include "sensor/compat_calls.h"
#include "sensor/probe.h"

namespace brig::sensor {
namespace {

constexpr const char* kTracefs = "/sys/kernel/tracing";
constexpr int kMaxWalks = 16;  // of the running tasks, until one finds nothing new

using Skeleton = std::unique_ptr<brig_programs, decltype(&brig_programs__destroy)>;
using Reasons = std::map<std::string, std::string, std::less<>>;  // program -> why it is left out

// libbpf says which program the verifier refused only in its log.
std::string& LastRefusedProgram() {
  thread_local std::string name;
  return name;
}

int OnLibbpfLine(libbpf_print_level level, const char* format, va_list args) {
  char line[2048];
  std::vsnprintf(line, sizeof line, format, args);
  char name[128];
  if (std::sscanf(line, "libbpf: prog '%127[^']': BPF program load failed", name) == 1)
    LastRefusedProgram() = name;
  if (level == LIBBPF_WARN) LogDebug("{}", line);
  return 0;
}

bool HasTracefs() {
  return ::access(fmt::format("{}/events/syscalls", kTracefs).c_str(), F_OK) == 0;
}

Result<> MountTracefs(std::vector<std::string>& notes) {
  if (HasTracefs()) return {};
  if (::unshare(CLONE_NEWNS) != 0) return FailErrno("make a mount namespace for tracefs");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
    return FailErrno("make mounts private");
  if (::mount("tracefs", kTracefs, "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return FailErrno(fmt::format("mount tracefs on {}", kTracefs));
  if (!HasTracefs())
    return Fail(ErrorCode::kUnsupported,
                "this kernel has no system call tracepoints "
                "(CONFIG_FTRACE_SYSCALLS)");
  notes.push_back("tracefs was not mounted on this host; brig mounted it for itself alone");
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

void Prepare(const Skeleton& skeleton, const btf* kernel, const Reasons& refused,
             Reasons& reasons) {
  static const bool compat_calls = HasCompatCalls();
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton->obj) {
    const std::string name = bpf_program__name(program);
    std::string reason = WhyAbsent(kernel, program, compat_calls);
    if (const auto found = refused.find(name); found != refused.end()) reason = found->second;
    bpf_program__set_autoload(program, reason.empty());
    if (!reason.empty()) reasons[name] = reason;
  }
}

// Opens and loads, leaving out one program more each time the verifier refuses one.
Result<Skeleton> OpenAndLoad(const btf* kernel, Reasons& reasons) {
  Reasons refused;
  for (;;) {
    Skeleton skeleton(brig_programs__open(), brig_programs__destroy);
    if (!skeleton) return FailErrno("open the kernel programs");
    reasons.clear();
    Prepare(skeleton, kernel, refused, reasons);
    LastRefusedProgram().clear();
    const int failed = brig_programs__load(skeleton.get());
    if (failed == 0) return skeleton;
    const std::string culprit = LastRefusedProgram();
    if (culprit.empty() || refused.contains(culprit)) {
      return Within(
          "load the kernel programs (run as root, outside containers; `brig doctor` tells "
          "what this host lacks)",
          FailErrno("bpf", -failed).error());
    }
    refused[culprit] = fmt::format("program load refused: {}", std::strerror(-failed));
    LogWarn("program={} is left out: {}", culprit, std::strerror(-failed));
  }
}

Result<> FillCompatCalls(const Skeleton& skeleton) {
  const int map = bpf_map__fd(skeleton->maps.compat_calls);
  for (const auto& [number, name] : kCompatCalls) {
    const bpf_program* program =
        bpf_object__find_program_by_name(skeleton->obj, fmt::format("compat_{}", name).c_str());
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

Result<> WriteSettings(const Skeleton& skeleton, const LoadOptions& options) {
  abi_settings settings{};
  const __u32 zero = 0;
  settings.wanted = options.wanted;
  // Container keys grow over the whole boot, whatever the number of times brig is started.
  settings.first_key = static_cast<__u64>(SystemClock().BootNs() / 1'000'000'000) << 20;
  for (std::size_t i = 0; i < kInvariantCount; ++i)
    settings.mode[i] = static_cast<__u8>(options.modes[i]);
  for (std::size_t i = 0; i < kSurfaceCount; ++i)
    settings.surface[i] = static_cast<__u8>(options.surface[i]);
  if (bpf_map_update_elem(bpf_map__fd(skeleton->maps.settings), &zero, &settings, BPF_ANY) != 0)
    return FailErrno("write the settings");
  BRIG_ASSIGN(const std::size_t found, RunIterator(skeleton->progs.read_host));
  if (found == 0)
    return Fail(ErrorCode::kUnsupported,
                "brig cannot see the machine's first process: run it on the host itself");
  for (const __u32 pid : options.own_processes) {
    const __u8 one = 1;
    if (bpf_map_update_elem(bpf_map__fd(skeleton->maps.own_processes), &pid, &one, BPF_ANY) != 0)
      return FailErrno("write the list of own processes");
  }
  return {};
}

Result<NamespaceSet> ReadHost(const Skeleton& skeleton) {
  abi_settings settings{};
  const __u32 zero = 0;
  if (bpf_map_lookup_elem(bpf_map__fd(skeleton->maps.settings), &zero, &settings) != 0)
    return FailErrno("read the settings");
  return NamespaceSet{.mount = settings.host_mount_namespace,
                      .pid = settings.host_pid_namespace,
                      .net = settings.host_net_namespace,
                      .ipc = settings.host_ipc_namespace,
                      .uts = settings.host_uts_namespace,
                      .cgroup = settings.host_cgroup_namespace,
                      .user = settings.host_user_namespace};
}

// The one cgroup that every task of the host is in. Invalid where no version 2 hierarchy is
// mounted.
UniqueFd OpenRootCgroup() {
  const std::unique_ptr<FILE, int (*)(FILE*)> mounts(::setmntent("/proc/self/mounts", "re"),
                                                     ::endmntent);
  while (const mntent* entry = mounts ? ::getmntent(mounts.get()) : nullptr)
    if (std::string_view(entry->mnt_type) == "cgroup2")
      return UniqueFd(::open(entry->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  errno = ENOENT;
  return {};
}

bpf_link* AttachProgram(const bpf_program* program) {
  if (bpf_program__type(program) != BPF_PROG_TYPE_CGROUP_SYSCTL)
    return bpf_program__attach(program);
  const UniqueFd cgroup = OpenRootCgroup();
  return cgroup ? bpf_program__attach_cgroup(program, cgroup.get()) : nullptr;
}

bool IsEventSource(std::string_view name, std::string_view section) {
  return !name.starts_with("compat_") && !section.starts_with("iter/");
}

Result<> Attach(const Skeleton& skeleton, const Reasons& reasons, Loaded& loaded) {
  bpf_program* program = nullptr;
  std::size_t attached = 0;
  bpf_object__for_each_program(program, skeleton->obj) {
    const std::string name = bpf_program__name(program);
    if (!IsEventSource(name, bpf_program__section_name(program))) continue;
    Program report{.name = name, .object = "", .attached = false, .reason = ""};
    if (const auto found = reasons.find(name); found != reasons.end()) {
      report.reason = found->second;
    } else if (bpf_link* link = AttachProgram(program); link != nullptr) {
      loaded.handles.links.emplace_back(::fcntl(bpf_link__fd(link), F_DUPFD_CLOEXEC, 3));
      loaded.handles.programs.emplace_back(::fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 3));
      report.attached = true;
      ++attached;
      bpf_link__disconnect(link);
      bpf_link__destroy(link);
    } else {
      report.reason = fmt::format("attach refused: {}", std::strerror(errno));
    }
    loaded.programs.push_back(std::move(report));
  }
  if (attached == 0) return Fail(ErrorCode::kDenied, "the kernel refused to attach every program");
  return {};
}

Result<> LabelRunningTasks(const Skeleton& skeleton, Loaded& loaded) {
  for (int walk = 0; walk < kMaxWalks; ++walk) {
    BRIG_ASSIGN(const std::size_t found, RunIterator(skeleton->progs.label_running_tasks));
    loaded.tasks_labelled += found;
    if (found == 0) return {};
  }
  loaded.notes.push_back(
      "tasks of running containers were still appearing when brig stopped looking; "
      "restart brig when the host is quieter");
  return {};
}

Result<> TakeMaps(const Skeleton& skeleton, Handles& handles) {
  for (std::size_t i = 0; i < kMapCount; ++i) {
    const int fd =
        bpf_object__find_map_fd_by_name(skeleton->obj, std::string(kMapNames[i]).c_str());
    handles.maps[i].Reset(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!handles.maps[i]) return FailErrno(fmt::format("keep the map {}", kMapNames[i]));
  }
  return {};
}

}  // namespace

Result<Loaded> Load(const LoadOptions& options) {
  libbpf_set_print(OnLibbpfLine);
  // Kernels before 5.11 charge maps to this limit; where it cannot be raised it is not needed.
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  ::setrlimit(RLIMIT_MEMLOCK, &unlimited);

  const std::unique_ptr<btf, decltype(&btf__free)> kernel(btf__load_vmlinux_btf(), btf__free);
  if (!kernel)
    return Fail(ErrorCode::kUnsupported,
                "this kernel has no type information (/sys/kernel/btf/vmlinux): "
                "boot one built with CONFIG_DEBUG_INFO_BTF");
  Loaded loaded;
  BRIG_TRY(MountTracefs(loaded.notes));
  Reasons reasons;
  BRIG_ASSIGN(const Skeleton skeleton, OpenAndLoad(kernel.get(), reasons));
  BRIG_TRY(FillCompatCalls(skeleton));
  BRIG_TRY(WriteSettings(skeleton, options));
  BRIG_ASSIGN(loaded.host, ReadHost(skeleton));
  BRIG_TRY(TakeMaps(skeleton, loaded.handles));
  // First attach, then look for who runs already: nobody slips through between.
  BRIG_TRY(Attach(skeleton, reasons, loaded));
  BRIG_TRY(LabelRunningTasks(skeleton, loaded));
  return loaded;
}

}  // namespace brig::sensor
