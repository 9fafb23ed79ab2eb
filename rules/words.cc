// SPDX-License-Identifier: Apache-2.0
#include "rules/words.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"

namespace brig::rules {
namespace {

std::string Safe(std::string_view text) { return Printable(text, kMaxWords); }

std::string Or(const std::string& text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : text;
}

std::string PathOf(const Event& event) {
  if (const auto* file = std::get_if<FileDetails>(&event.details)) return Safe(file->path);
  if (const auto* exec = std::get_if<ExecDetails>(&event.details)) return Safe(exec->path);
  if (const auto* birth = std::get_if<BirthDetails>(&event.details)) return Safe(birth->path);
  if (const auto* mount = std::get_if<MountDetails>(&event.details))
    return Safe(mount->source.empty() ? mount->target : mount->source);
  if (const auto* kernel = std::get_if<KernelDetails>(&event.details)) return Safe(kernel->text);
  if (const auto* connect = std::get_if<ConnectDetails>(&event.details))
    return Safe(connect->address);
  return {};
}

std::string TargetOf(const Event& event) {
  const auto* target = std::get_if<TargetDetails>(&event.details);
  return target && target->target.pid != 0 ? WordsOf(target->target) : "another process";
}

std::string MountWords(const Event& event) {
  const auto* mount = std::get_if<MountDetails>(&event.details);
  if (!mount) return "a file system";
  std::string words = Safe(mount->source);
  if (words.empty() || words == "none")
    words = mount->filesystem.empty() ? "a file system" : "a " + Safe(mount->filesystem);
  if (!mount->target.empty()) words += " at " + Safe(mount->target);
  return words;
}

std::string MountTarget(const Event& event) {
  const auto* mount = std::get_if<MountDetails>(&event.details);
  if (!mount) return "a mount";
  return Or(Safe(mount->target.empty() ? mount->source : mount->target), "a mount");
}

std::string PeerOf(const Event& event) {
  const auto* connect = std::get_if<ConnectDetails>(&event.details);
  if (!connect) return "a socket";
  const std::string address =
      connect->port == 0 ? Safe(connect->address)
                         : fmt::format("{} port {}", Safe(connect->address), connect->port);
  HostObject object = connect->door;
  if (object == HostObject::kNone && event.invariant == Invariant::kDoors)
    object = static_cast<HostObject>(event.cause_detail);
  if (object == HostObject::kNone) return Or(address, "a socket");
  const std::string_view door = WordsOf(object);
  return address.empty() ? std::string(door) : fmt::format("{} ({})", door, address);
}

std::string KernelWords(const Event& event, std::string_view what) {
  const auto* kernel = std::get_if<KernelDetails>(&event.details);
  if (!kernel || kernel->text.empty()) return std::string(what);
  return fmt::format("{} ({})", what, Safe(kernel->text));
}

// The right that was used: its number is the command of the record.
std::string HostRight(const Event& event) {
  const auto* kernel = std::get_if<KernelDetails>(&event.details);
  return kernel && kernel->command < 64 ? CapabilityNames(1ULL << kernel->command) : "a capability";
}

// What follows the verb, for the operations that have an object.
std::string OperandOf(const Event& event) {
  switch (event.operation) {
    case Operation::kOpen:
      return Or(PathOf(event), "a file") + (IsWrite(event) ? " for writing" : "");
    case Operation::kExec: return Or(PathOf(event), "a program");
    case Operation::kContainerStart:
    case Operation::kContainerJoin: return Or(PathOf(event), "a program");
    case Operation::kMount:
    case Operation::kFsMount:
    case Operation::kFsConfig: return MountWords(event);
    case Operation::kFsOpen: return MountWords(event);
    case Operation::kUnmount:
    case Operation::kMoveMount:
    case Operation::kOpenTree:
    case Operation::kFsPick:
    case Operation::kMountSetattr: return MountTarget(event);
    case Operation::kPivotRoot:
    case Operation::kChroot:
    case Operation::kMknod:
    case Operation::kRename:
    case Operation::kLink:
    case Operation::kSymlink:
    case Operation::kUnlink:
    case Operation::kMkdir:
    case Operation::kChmod:
    case Operation::kChown:
    case Operation::kTruncate:
    case Operation::kSetXattr: return Or(PathOf(event), "a path");
    case Operation::kReceive:
    case Operation::kMap: return Or(PathOf(event), "a file");
    case Operation::kCapability: return HostRight(event);
    case Operation::kPtrace:
    case Operation::kProcessVmRead:
    case Operation::kProcessVmWrite:
    case Operation::kPidfdGetfd:
    case Operation::kSignal:
    case Operation::kPrlimit:
    case Operation::kInspect:
    case Operation::kSchedule: return TargetOf(event);
    case Operation::kConnect:
    case Operation::kCaller: return PeerOf(event);
    case Operation::kModuleLoad:
    case Operation::kModuleUnload: return KernelWords(event, "a kernel module");
    default: return {};
  }
}

struct Verb {
  std::string_view past, base;
};

// In the order of Operation. An operand, where there is one, follows.
constexpr Verb kVerbs[kOperationCount] = {
    {"acted", "act"},
    {"started a process", "start a process"},
    {"ran", "run"},
    {"ended", "end"},
    {"opened", "open"},
    {"mounted", "mount"},
    {"unmounted", "unmount"},
    {"moved a mount to", "move a mount to"},
    {"took a copy of the mount", "take a copy of the mount"},
    {"prepared the mount of", "prepare the mount of"},
    {"set up", "set up"},
    {"made a mount of", "make a mount of"},
    {"took hold of the mount", "take hold of the mount"},
    {"changed the mount", "change the mount"},
    {"replaced its root file system by", "replace its root file system by"},
    {"changed its root directory to", "change its root directory to"},
    {"entered other namespaces", "enter other namespaces"},
    {"made itself new namespaces", "make itself new namespaces"},
    {"started a process in new namespaces", "start a process in new namespaces"},
    {"changed its user", "change its user"},
    {"changed its group", "change its group"},
    {"changed its list of groups", "change its list of groups"},
    {"changed its capabilities", "change its capabilities"},
    {"traced", "trace"},
    {"read the memory of", "read the memory of"},
    {"wrote into the memory of", "write into the memory of"},
    {"took an open file from", "take an open file from"},
    {"sent a signal to", "send a signal to"},
    {"read or changed the limits of", "read or change the limits of"},
    {"made the device node", "make the device node"},
    {"connected to", "connect to"},
    {"called on the kernel's BPF machine", "call on the kernel's BPF machine"},
    {"loaded", "load"},
    {"removed", "remove"},
    {"loaded another kernel to boot", "load another kernel to boot"},
    {"opened a performance counter", "open a performance counter"},
    {"read the kernel's log", "read the kernel's log"},
    {"started with", "start with"},
    {"was entered by", "be entered by"},
    {"ended", "end"},
    {"called", "call"},
    {"lost records", "lose records"},
    {"renamed", "rename"},
    {"made another name for", "make another name for"},
    {"made the symbolic link", "make the symbolic link"},
    {"removed the name", "remove the name"},
    {"made the directory", "make the directory"},
    {"changed the permissions of", "change the permissions of"},
    {"changed the owner of", "change the owner of"},
    {"cut the content of", "cut the content of"},
    {"set attributes of", "set attributes of"},
    {"received", "receive"},
    {"made executable memory of", "make executable memory of"},
    {"made a socket", "make a socket"},
    {"set up io_uring", "set up io_uring"},
    {"set up userfaultfd", "set up userfaultfd"},
    {"used", "use"},
    {"used shared memory or messages", "use shared memory or messages"},
    {"used a key", "use a key"},
    {"looked into", "look into"},
    {"changed how the kernel runs", "change how the kernel runs"},
};

std::string DeviceWords(const Event& event) {
  const auto number = static_cast<std::uint32_t>(event.cause_detail);
  const auto type = static_cast<std::uint32_t>(event.cause_detail >> 32);
  const std::string path = PathOf(event);
  return fmt::format("{} device {}:{}{}", (type & 0170000) == 0060000 ? "block" : "character",
                     number >> 20, number & 0xfffff, path.empty() ? "" : " (" + path + ")");
}

std::string_view NamespaceWords(std::uint64_t type) {
  switch (type) {
    case 0x00020000: return "a mount namespace";
    case 0x20000000: return "a process namespace";
    case 0x40000000: return "a network namespace";
    case 0x08000000: return "a shared-memory namespace";
    case 0x04000000: return "a host-name namespace";
    case 0x02000000: return "a cgroup namespace";
    case 0x10000000: return "a user namespace";
    default: return "a namespace";
  }
}

// The bits beside the capabilities: kernel/invariants/credentials.h.
std::string UnannouncedWords(std::uint64_t changed) {
  constexpr std::uint64_t kUserNamespace = 1ULL << 62, kUser = 1ULL << 63;
  const std::string capabilities = CapabilityNames(changed & ~(kUserNamespace | kUser));
  if (!capabilities.empty()) return capabilities;
  return (changed & kUser) != 0 ? "another user's rights" : "another user namespace";
}

std::string PrivilegeWords(const Event& event) {
  constexpr std::uint64_t kSetUid = 04000, kSetGid = 02000;
  const std::string path = Or(PathOf(event), "a file");
  if (event.operation == Operation::kSetXattr) return path + " with capabilities";
  if (event.operation == Operation::kSymlink)
    return fmt::format("{}, a link to {}", path,
                       WordsOf(static_cast<HostObject>(event.cause_detail & 0xff)));
  if ((event.cause_detail & kSetUid) != 0) return path + " with the set-user-id bit";
  return (event.cause_detail & kSetGid) != 0 ? path + " with the set-group-id bit" : path;
}

std::string_view SurfaceWords(std::uint64_t surface) {
  constexpr std::string_view kWords[kSurfaceCount] = {"a part of the kernel",
                                                      "user namespaces of its own",
                                                      "io_uring",
                                                      "mounts of its own",
                                                      "the kernel's cryptography",
                                                      "sockets of virtual machines",
                                                      "raw network packets",
                                                      "the kernel's IPsec keys",
                                                      "this kind of socket",
                                                      "the kernel's BPF machine",
                                                      "performance counters",
                                                      "the kernel's keyrings",
                                                      "userfaultfd"};
  return kWords[surface < kSurfaceCount ? surface : 0];
}

std::string KernelObject(const Event& event) {
  switch (event.operation) {
    case Operation::kModuleLoad:
    case Operation::kModuleUnload: return KernelWords(event, "a kernel module");
    case Operation::kBpf: return "a BPF program";
    case Operation::kKexec: return "another kernel";
    case Operation::kPerf: return "the host's performance counters";
    case Operation::kKernelLog: return "the kernel's log";
    default: return Or(PathOf(event), "the kernel");
  }
}

// "/proc/1/root" of a path that leads through another process.
std::string ProcPart(std::string_view path) {
  const std::size_t start = path.find("/proc/");
  if (start == std::string_view::npos) return {};
  const std::size_t pid_end = path.find('/', start + 6);
  if (pid_end == std::string_view::npos) return {};
  for (const std::string_view door : {"/root", "/cwd", "/fd"})
    if (path.substr(pid_end).starts_with(door))
      return Safe(path.substr(start, pid_end - start + door.size()));
  return {};
}

}  // namespace

bool IsWrite(const Event& event) {
  if (event.operation != Operation::kOpen) return event.operation != Operation::kNone;
  const auto* file = std::get_if<FileDetails>(&event.details);
  return file && ((file->flags & O_ACCMODE) != O_RDONLY || (file->flags & O_TRUNC) != 0);
}

bool IsRefused(const Event& event) {
  return event.verdict == Verdict::kRefused || (!event.attempt && event.result < 0);
}

std::string ActOf(const Event& event, bool past) {
  const auto index = static_cast<std::size_t>(event.operation);
  const Verb& verb = kVerbs[index < kOperationCount ? index : 0];
  const std::string operand = OperandOf(event);
  const std::string_view word = past ? verb.past : verb.base;
  return operand.empty() ? std::string(word) : fmt::format("{} {}", word, operand);
}

std::string ObjectOf(const Event& event) {
  switch (event.cause) {
    case Cause::kForeignRoot: return "a root directory outside the container";
    case Cause::kForeignDirectory: return "a working directory outside the container";
    case Cause::kLeakedDescriptor:
      return fmt::format("an open directory of the host (descriptor {})", event.cause_detail);
    case Cause::kDevice:
    case Cause::kDeviceMount: return DeviceWords(event);
    case Cause::kForeignNamespace:
      return fmt::format("{} that is not the container's", NamespaceWords(event.cause_detail));
    case Cause::kMoreCapabilities:
      return Or(CapabilityNames(event.cause_detail), "more capabilities");
    case Cause::kLessConfinement:
      return event.cause_detail == 2 ? "the bar to new privileges" : "the seccomp filter";
    case Cause::kUnannounced: return UnannouncedWords(event.cause_detail);
    case Cause::kForeignTask: return TargetOf(event);
    case Cause::kForeignTaskFile:
      return Or(PathOf(event), fmt::format("the files of process {}", event.cause_detail));
    case Cause::kKernelCode:
    case Cause::kKernelMemory: return KernelObject(event);
    case Cause::kDoorPath:
    case Cause::kDoorAddress:
    case Cause::kDoorAbstract: return PeerOf(event);
    case Cause::kHostSetting: return HostRight(event);
    case Cause::kPrivilegeLeft: return PrivilegeWords(event);
    case Cause::kSurface: return std::string(SurfaceWords(event.cause_detail));
    case Cause::kReadOnlyMount:
    case Cause::kUsermodeHelper:
    case Cause::kNotOfImage:
    case Cause::kNeighbour:
    case Cause::kRogueStart:
    case Cause::kRogueEntry:
    case Cause::kNone:
    case Cause::kForeignMount:
    case Cause::kHostDirectory:
    case Cause::kGlobalSwitch:
    case Cause::kForeignCgroup: break;
  }
  if (std::holds_alternative<TargetDetails>(event.details)) return TargetOf(event);
  return Or(PathOf(event), "a file");
}

std::string RoadOf(const Event& event) {
  if (event.cause == Cause::kLeakedDescriptor) return "inherited descriptor";
  if (event.cause == Cause::kForeignDirectory) return "inherited working directory";
  std::string road(NameOf(event.operation));
  if (event.uring) road = "io_uring " + road;
  if (event.compat) road = "32-bit " + road;
  if (const auto* file = std::get_if<FileDetails>(&event.details))
    if (const std::string proc = ProcPart(file->path); !proc.empty()) road += " through " + proc;
  if (event.cause == Cause::kForeignRoot) road += " from a foreign root directory";
  return road;
}

std::string_view WordsOf(HostObject object) {
  constexpr std::string_view kWords[] = {"a part of the host",
                                         "a directory of the host",
                                         "the root of the host's file system",
                                         "the host's configuration",
                                         "the host's accounts",
                                         "the home of the host's root",
                                         "the host's scheduled jobs",
                                         "the host's kernel and boot loader",
                                         "the host's programs",
                                         "the host's logs",
                                         "the store of container images",
                                         "the host's devices",
                                         "the state of the container runtime",
                                         "brig's own files",
                                         "Docker's socket",
                                         "containerd's socket",
                                         "podman's socket",
                                         "CRI-O's socket",
                                         "the kubelet",
                                         "etcd",
                                         "the cloud's metadata service",
                                         "brig's socket",
                                         "the socket of a service of the host"};
  const auto index = static_cast<std::size_t>(object);
  return index < std::size(kWords) ? kWords[index] : kWords[0];
}

std::string CapabilityNames(std::uint64_t capabilities) {
  std::string names;
  for (unsigned number = 0; number < 64; ++number) {
    if ((capabilities >> number & 1) == 0) continue;
    if (!names.empty()) names += ", ";
    const std::string_view name = CapabilityName(number);
    names += name.empty() ? fmt::format("capability {}", number) : fmt::format("CAP_{}", name);
  }
  return names;
}

std::string RefusalOf(std::int64_t result) {
  if (result >= 0 || result < -4095) return "refused";
  std::string text = std::strerror(static_cast<int>(-result));
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
  return text;
}

std::string WordsOf(const ProcessRef& process) {
  const std::string name = process.comm.empty() ? "" : fmt::format(" ({})", Safe(process.comm));
  return fmt::format("process {}{} of {}", process.pid, name,
                     process.container == 0 ? "the host" : "another container");
}

}  // namespace brig::rules
