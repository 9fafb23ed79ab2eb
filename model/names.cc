// SPDX-License-Identifier: Apache-2.0
#include "model/names.h"

#include <array>
#include <cstddef>

#include "model/policy.h"

namespace brig {
namespace {

// clang-format off: in the order of names.h
constexpr std::array<std::string_view, kOperationCount> kOperations = {
    "none",       "fork",       "exec",       "exit",          "open",
    "mount",      "umount",     "move_mount", "open_tree",     "fsopen",
    "fsconfig",   "fsmount",    "fspick",     "mount_setattr", "pivot_root",
    "chroot",     "setns",      "unshare",    "clone",         "setuid",
    "setgid",     "setgroups",  "capset",     "ptrace",        "process_vm_readv",
    "process_vm_writev", "pidfd_getfd", "signal", "prlimit",   "mknod",
    "connect",    "bpf",        "module_load", "module_unload", "kexec",
    "perf_event_open", "syslog", "container_start", "container_join", "container_end",
    "caller",     "lost",       "rename",     "link",          "symlink",
    "unlink",     "mkdir",      "chmod",      "chown",         "truncate",
    "setxattr",   "receive",    "map",        "socket",        "io_uring",
    "userfaultfd", "capability", "ipc",       "key",           "inspect",
    "schedule"};
constexpr std::array<std::string_view, kInvariantCount> kInvariants = {
    "", "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12", "surface"};
constexpr std::array<std::string_view, kInvariantCount> kTitles = {
    "", "files", "devices", "namespaces", "credentials", "processes", "kernel", "doors", "image",
    "neighbours", "leavings", "starts", "brig", "surface"};
constexpr std::array<std::string_view, kCauseCount> kCauses = {
    "none", "foreign_mount", "host_directory", "global_switch", "foreign_cgroup", "foreign_root",
    "foreign_directory", "leaked_descriptor", "device", "device_mount", "foreign_namespace",
    "more_capabilities", "less_confinement", "unannounced", "foreign_task", "foreign_task_file",
    "kernel_code", "kernel_memory", "door_path", "door_address", "door_abstract",
    "read_only_mount", "host_setting", "usermode_helper", "not_of_image", "neighbour",
    "privilege_left", "rogue_start", "rogue_entry", "surface"};
constexpr std::array<std::string_view, kSurfaceCount> kSurfaces = {
    "none", "user_namespaces", "io_uring", "mounts", "alg_sockets", "vsock_sockets",
    "packet_sockets", "key_sockets", "other_sockets", "bpf", "perf", "keyrings", "userfaultfd"};
constexpr std::array<std::string_view, 41> kCapabilities = {
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID",
    "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW",
    "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT",
    "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD",
    "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG",
    "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE"};
constexpr std::array<std::string_view, 8> kGrantKinds = {
    "device", "capability", "directory", "door", "privileged", "mode", "surface", "waiver"};
constexpr std::array<std::string_view, 3> kVerdicts = {"seen", "killed", "refused"};
constexpr std::array<std::string_view, 4> kModes = {"off", "watch", "kill", "refuse"};
constexpr std::array<std::string_view, 4> kSeverities = {"notice", "warning", "high", "critical"};
constexpr std::array<std::string_view, 2> kClasses = {"critical", "telemetry"};
constexpr std::array<std::string_view, 23> kHostObjects = {
    "none", "ordinary", "host_root", "host_configuration", "host_accounts", "root_home", "cron",
    "boot", "host_programs", "host_logs", "image_store", "host_devices", "runtime_state", "brig",
    "docker_socket", "containerd_socket", "podman_socket", "crio_socket", "kubelet", "etcd",
    "metadata_service", "brig_socket", "other_daemon"};
// clang-format on

// Values may come from stored or foreign bytes: an unknown one has a name too.
template <std::size_t N, class E>
std::string_view At(const std::array<std::string_view, N>& names, E value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "unknown";
}

template <class E, std::size_t N>
std::optional<E> Find(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (!names[i].empty() && names[i] == name) return static_cast<E>(i);
  return std::nullopt;
}

}  // namespace

std::string_view NameOf(Operation operation) { return At(kOperations, operation); }
std::string_view NameOf(Invariant invariant) { return At(kInvariants, invariant); }
std::string_view TitleOf(Invariant invariant) { return At(kTitles, invariant); }
std::string_view NameOf(Cause cause) { return At(kCauses, cause); }
std::string_view NameOf(Verdict verdict) { return At(kVerdicts, verdict); }
std::string_view NameOf(Mode mode) { return At(kModes, mode); }
std::string_view NameOf(Severity severity) { return At(kSeverities, severity); }
std::string_view NameOf(RecordClass record_class) { return At(kClasses, record_class); }
std::string_view NameOf(HostObject object) { return At(kHostObjects, object); }
std::string_view NameOf(Surface surface) { return At(kSurfaces, surface); }
std::string_view NameOf(GrantKind kind) { return At(kGrantKinds, kind); }
std::string_view CapabilityName(unsigned number) {
  return number < kCapabilities.size() ? kCapabilities[number] : "";
}

std::optional<Operation> OperationOf(std::string_view name) {
  return Find<Operation>(kOperations, name);
}
std::optional<Invariant> InvariantOf(std::string_view name) {
  const auto by_number = Find<Invariant>(kInvariants, name);
  return by_number ? by_number : Find<Invariant>(kTitles, name);
}
std::optional<Mode> ModeOf(std::string_view name) { return Find<Mode>(kModes, name); }
std::optional<Mode> SurfaceModeOf(std::string_view name) {
  if (name == "allow") return Mode::kOff;
  if (name == "watch") return Mode::kWatch;
  if (name == "refuse") return Mode::kRefuse;
  return std::nullopt;
}
std::string_view SurfaceWord(Mode mode) { return mode == Mode::kOff ? "allow" : NameOf(mode); }
std::optional<Severity> SeverityOf(std::string_view name) {
  return Find<Severity>(kSeverities, name);
}
std::optional<HostObject> HostObjectOf(std::string_view name) {
  return Find<HostObject>(kHostObjects, name);
}
std::optional<unsigned> CapabilityOf(std::string_view name) {
  if (name.starts_with("CAP_")) name.remove_prefix(4);
  return Find<unsigned>(kCapabilities, name);
}
std::optional<Surface> SurfaceOf(std::string_view name) { return Find<Surface>(kSurfaces, name); }

}  // namespace brig
