// SPDX-License-Identifier: Apache-2.0
// The closed lists of the model, each value with its one name. The numbers are stored in the ledger
// and shared with the kernel programs: never renumber, only add at the end. Thread safe
// (constants).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace brig {

// clang-format off: closed lists, grouped by meaning
enum class Operation : std::uint16_t {
  kNone = 0,
  kFork, kExec, kExit, kOpen,
  kMount, kUnmount, kMoveMount, kOpenTree, kFsOpen, kFsConfig, kFsMount, kFsPick, kMountSetattr,
  kPivotRoot, kChroot,
  kSetns, kUnshare, kClone,
  kSetUid, kSetGid, kSetGroups, kCapset,
  kPtrace, kProcessVmRead, kProcessVmWrite, kPidfdGetfd, kSignal, kPrlimit,
  kMknod, kConnect,
  kBpf, kModuleLoad, kModuleUnload, kKexec, kPerf, kKernelLog,
  kContainerStart, kContainerJoin, kContainerEnd,
  kCaller,  // a task outside containers connected to a container engine's socket
  kLost,
  kRename, kLink, kSymlink, kUnlink, kMkdir, kChmod, kChown, kTruncate, kSetXattr,
  kReceive,     // a descriptor that another task handed over
  kMap,         // a file made executable memory
  kSocket, kIoUring, kUserfaultfd,
  kCapability,  // a right over the whole host was used
  kIpc, kKey,
  kInspect,     // whatever the kernel asks about before one task may look into another
  kSchedule,
};
inline constexpr std::uint16_t kOperationCount =
    static_cast<std::uint16_t>(Operation::kSchedule) + 1;

enum class Invariant : std::uint16_t {
  kNone = 0, kFiles, kDevices, kNamespaces, kCredentials, kProcesses, kKernel, kDoors,
  kImage, kNeighbours, kLeavings, kStarts, kBrig,
  kSurface,  // no invariant: parts of the kernel that a container may be kept from (Surface)
};
inline constexpr std::uint16_t kInvariantCount = 14;  // kNone included
inline constexpr std::uint16_t kMeteredCount = 12;    // of these, what the meter shows: I1 to I11

// Why the kernel program saw an invariant broken; with the operation it gives the road and the
// sentence.
enum class Cause : std::uint16_t {
  kNone = 0,
  kForeignMount,        // I1: the file came through a mount of another mount namespace
  kHostDirectory,       // I1: a guarded directory of the host, through a mount of its own
  kGlobalSwitch,        // I1: opened for writing on procfs, sysfs, debugfs, tracefs, bpffs ...
  kForeignCgroup,       // I1: a control file of a cgroup that is not the container's
  kForeignRoot,         // I1: the task's root directory lies on a foreign mount
  kForeignDirectory,    // I1: started with its working directory on a foreign mount
  kLeakedDescriptor,    // I1: started with an open directory of the host
  kDevice,              // I2: a device number that the container was not started with
  kDeviceMount,         // I2: a filesystem on such a device was mounted
  kForeignNamespace,    // I3: entered or kept a namespace that is not the container's
  kMoreCapabilities,    // I4: more capabilities than at the container's start
  kLessConfinement,     // I4: seccomp or no_new_privs weaker than at the container's start
  kUnannounced,         // I4: credentials changed and no system call had announced it
  kForeignTask,         // I5: read, traced, signalled or limited a task outside the container
  kForeignTaskFile,     // I5: opened the memory, environment or the like of such a task in procfs
  kKernelCode,          // I6: module, kexec, BPF program
  kKernelMemory,        // I6: kernel memory, kernel log, host-wide perf
  kDoorPath,            // I7: a management socket by its inode
  kDoorAddress,         // I7: a management endpoint by network address
  kDoorAbstract,        // I7: an abstract socket of a root process of the host
  kReadOnlyMount,       // I1: makes a mount writable that was given read-only, or writes to one
  kHostSetting,         // I6: clock, reboot, ports, audit, host network; detail: the capability
  kUsermodeHelper,      // I6: the kernel started a program that nobody registered
  kNotOfImage,          // I8: executes what neither the image nor a volume brought
  kNeighbour,           // I9: an object of another container
  kPrivilegeLeft,       // I10: a privilege left on storage that others reach; detail: mode bits
  kRogueStart,          // I11: started by a program that is no listed runtime
  kRogueEntry,          // I11: entered by such a program
  kSurface,             // a part of the kernel that this container is kept from; detail: Surface
};
inline constexpr std::uint16_t kCauseCount = static_cast<std::uint16_t>(Cause::kSurface) + 1;

// Parts of the kernel that are no invariant, but attack surface: a setting per container.
enum class Surface : std::uint8_t {
  kNone = 0, kUserNamespaces, kIoUring, kMounts, kAlgSockets, kVsockSockets, kPacketSockets,
  kKeySockets, kOtherSockets, kBpf, kPerf, kKeyrings, kUserfaultfd,
};
inline constexpr std::uint16_t kSurfaceCount = 13;  // kNone included

enum class Verdict : std::uint8_t { kSeen = 0, kKilled = 1, kRefused = 2 };
// kRefuse refuses where the guard runs and is kWatch elsewhere; kKill also kills who was refused.
enum class Mode : std::uint8_t { kOff = 0, kWatch = 1, kKill = 2, kRefuse = 3 };
enum class Severity : std::uint8_t { kNotice = 0, kWarning, kHigh, kCritical };
enum class RecordClass : std::uint8_t { kCritical = 0, kTelemetry = 1 };

// What a guarded directory or a door is; the detail of kHostDirectory and kDoor*.
enum class HostObject : std::uint32_t {
  kNone = 0, kOrdinary, kRoot, kConfiguration, kAccounts, kRootHome, kCron, kBoot, kPrograms, kLogs,
  kImageStore, kDevices, kRuntimeState, kBrig,
  kDockerSocket, kContainerdSocket, kPodmanSocket, kCrioSocket, kKubelet, kEtcd, kMetadata,
  kBrigSocket, kOtherDaemon,
};
// clang-format on

std::string_view NameOf(Operation operation);
std::string_view NameOf(Invariant invariant);   // "I1"; "" for kNone
std::string_view TitleOf(Invariant invariant);  // "files"
std::string_view NameOf(Cause cause);
std::string_view NameOf(Verdict verdict);
std::string_view NameOf(Mode mode);
std::string_view NameOf(Severity severity);
std::string_view NameOf(RecordClass record_class);
std::string_view NameOf(HostObject object);
std::string_view NameOf(Surface surface);
std::string_view CapabilityName(unsigned number);  // "SYS_TIME"; "" for one nobody knows

std::optional<Operation> OperationOf(std::string_view name);
std::optional<Invariant> InvariantOf(std::string_view name);  // "I1" or "files"
std::optional<Mode> ModeOf(std::string_view name);
// A surface is allowed, watched or refused: "allow" for kOff. nullopt for the other modes' names.
std::optional<Mode> SurfaceModeOf(std::string_view name);
std::string_view SurfaceWord(Mode mode);
std::optional<Severity> SeverityOf(std::string_view name);
std::optional<HostObject> HostObjectOf(std::string_view name);
std::optional<unsigned> CapabilityOf(std::string_view name);  // "SYS_TIME" or "CAP_SYS_TIME"
std::optional<Surface> SurfaceOf(std::string_view name);

}  // namespace brig
