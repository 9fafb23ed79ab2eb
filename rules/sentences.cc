// SPDX-License-Identifier: Apache-2.0
#include "rules/sentences.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "rules/words.h"

namespace brig::rules {
namespace {

HostObject HostObjectOf(const Event& event) { return static_cast<HostObject>(event.cause_detail); }

bool IsBlockDevice(const Event& event) { return (event.cause_detail >> 32 & 0170000) == 0060000; }

std::string_view PathOf(const Event& event) {
  const auto* file = std::get_if<FileDetails>(&event.details);
  return file ? std::string_view(file->path) : std::string_view();
}

// The mount of the container that leads to `path`: the longest that it lies within.
const MountInfo* MountAbove(std::string_view path, const Container& container) {
  const MountInfo* best = nullptr;
  for (const MountInfo& mount : container.mounts) {
    const std::string_view at = mount.destination;
    const bool within = path.starts_with(at) &&
                        (path.size() == at.size() || at.ends_with('/') || path[at.size()] == '/');
    const bool of_host = at.size() > 1 && mount.source.starts_with('/');
    if (of_host && within && (!best || at.size() > best->destination.size())) best = &mount;
  }
  return best;
}

std::string HostDirectoryClause(const Event& event, const Container& container) {
  const std::string_view object = WordsOf(HostObjectOf(event));
  const MountInfo* mount = MountAbove(PathOf(event), container);
  if (!mount)
    return fmt::format(
        ": this is {}, reached through a directory that was mounted into the container", object);
  return fmt::format(": this is {}, reached through {} of the host, mounted into it at {}", object,
                     Printable(mount->source, kMaxWords), Printable(mount->destination, kMaxWords));
}

std::string ClauseOf(const Event& event, const Container& container) {
  switch (event.cause) {
    case Cause::kForeignMount: return ", which came to it through none of its own mounts";
    case Cause::kHostDirectory: return HostDirectoryClause(event, container);
    case Cause::kGlobalSwitch: return ", a switch that changes the kernel of the whole host";
    case Cause::kForeignCgroup: return ", which controls processes outside the container";
    case Cause::kForeignRoot: return ", with a root directory that lies outside the container";
    case Cause::kForeignDirectory:
      return " in a working directory that lies on the host, outside the container";
    case Cause::kLeakedDescriptor:
      return fmt::format(" while holding {}, which it should never have been given",
                         ObjectOf(event));
    case Cause::kDevice:
    case Cause::kDeviceMount:
      return fmt::format(": {}, which it was not started with", ObjectOf(event));
    case Cause::kForeignNamespace:
      return fmt::format("{} {}", event.operation == Operation::kSetns ? ":" : ", in",
                         ObjectOf(event));
    case Cause::kMoreCapabilities:
      return fmt::format(" with {}, more than the container was started with", ObjectOf(event));
    case Cause::kLessConfinement:
      return fmt::format(" without {} that the container was started with", ObjectOf(event));
    case Cause::kUnannounced:
      return fmt::format(
          " with {}, which no system call had given it: this is what an exploit of "
          "the kernel leaves behind",
          ObjectOf(event));
    case Cause::kForeignTask: return ", which is not one of its own";
    case Cause::kForeignTaskFile:
      return fmt::format(", which belongs to process {}, outside the container",
                         event.cause_detail);
    case Cause::kKernelCode: return ": code that runs in the kernel of the whole host";
    case Cause::kKernelMemory:
      return ": it shows the inside of the kernel that all containers share";
    case Cause::kDoorPath:
    case Cause::kDoorAddress:
    case Cause::kDoorAbstract: return ", from where the host can be commanded";
    case Cause::kReadOnlyMount: return ", which it was given for reading only";
    case Cause::kHostSetting: return ": the host and all containers share it";
    case Cause::kUsermodeHelper:
      return ", which the kernel itself started on the host and nobody had registered";
    case Cause::kNotOfImage: return ", which neither its image nor a volume brought";
    case Cause::kNeighbour: return ", which another container made";
    case Cause::kPrivilegeLeft:
      return fmt::format(": {}, on storage that others reach", ObjectOf(event));
    case Cause::kRogueStart: return ", by a program that is no runtime of this host";
    case Cause::kRogueEntry: return ", which came in by no runtime of this host";
    case Cause::kSurface: return fmt::format(": it is set to do without {}", ObjectOf(event));
    case Cause::kNone: break;
  }
  return ", which crosses the container's border";
}

Severity DoorSeverity(HostObject door) {
  switch (door) {
    case HostObject::kDockerSocket:
    case HostObject::kContainerdSocket:
    case HostObject::kPodmanSocket:
    case HostObject::kCrioSocket: return Severity::kCritical;
    default: return Severity::kHigh;
  }
}

Severity FullSeverityOf(const Event& event) {
  const bool write = IsWrite(event);
  switch (event.cause) {
    case Cause::kForeignMount: return write ? Severity::kCritical : Severity::kHigh;
    case Cause::kHostDirectory:
      if (write) return Severity::kCritical;
      return HostObjectOf(event) == HostObject::kLogs ? Severity::kWarning : Severity::kHigh;
    case Cause::kDevice: return IsBlockDevice(event) ? Severity::kCritical : Severity::kHigh;
    case Cause::kForeignCgroup:
    case Cause::kReadOnlyMount:
    case Cause::kHostSetting:
    case Cause::kPrivilegeLeft:
    case Cause::kNeighbour:
    case Cause::kMoreCapabilities:
    case Cause::kLessConfinement:
    case Cause::kKernelMemory: return Severity::kHigh;
    case Cause::kForeignTask:
      if (event.operation == Operation::kPrlimit) return Severity::kWarning;
      return event.operation == Operation::kSignal ? Severity::kHigh : Severity::kCritical;
    case Cause::kForeignTaskFile: return write ? Severity::kCritical : Severity::kHigh;
    case Cause::kDoorPath:
    case Cause::kDoorAddress:
    case Cause::kDoorAbstract: {
      const auto* connect = std::get_if<ConnectDetails>(&event.details);
      return DoorSeverity(connect && connect->door != HostObject::kNone ? connect->door
                                                                        : HostObjectOf(event));
    }
    case Cause::kGlobalSwitch:
    case Cause::kForeignRoot:
    case Cause::kForeignDirectory:
    case Cause::kLeakedDescriptor:
    case Cause::kDeviceMount:
    case Cause::kForeignNamespace:
    case Cause::kUnannounced:
    case Cause::kUsermodeHelper:
    case Cause::kRogueStart:
    case Cause::kRogueEntry:
    case Cause::kKernelCode: return Severity::kCritical;
    case Cause::kNotOfImage:
    case Cause::kSurface: return Severity::kWarning;
    case Cause::kNone: break;
  }
  return Severity::kHigh;
}

std::string_view HostDirectoryTechnique(HostObject object) {
  switch (object) {
    case HostObject::kAccounts: return "T1136.001";
    case HostObject::kRootHome: return "T1098.004";
    case HostObject::kCron: return "T1053.003";
    case HostObject::kPrograms: return "T1554";
    case HostObject::kImageStore: return "T1525";
    case HostObject::kBrig: return "T1562.001";
    default: return "T1611";
  }
}

std::string_view TaskTechnique(Operation operation) {
  switch (operation) {
    case Operation::kPtrace: return "T1055.008";
    case Operation::kProcessVmWrite: return "T1055";
    case Operation::kProcessVmRead:
    case Operation::kPidfdGetfd:
    case Operation::kInspect: return "T1003.007";
    case Operation::kSignal: return "T1489";
    default: return "T1611";
  }
}

std::string_view DoorTechnique(const Event& event) {
  const auto* connect = std::get_if<ConnectDetails>(&event.details);
  switch (connect ? connect->door : HostObjectOf(event)) {
    case HostObject::kMetadata: return "T1552.005";
    case HostObject::kEtcd: return "T1552.007";
    case HostObject::kBrigSocket: return "T1562.001";
    case HostObject::kOtherDaemon: return "T1559";
    default: return "T1609";
  }
}

}  // namespace

Severity SeverityOf(const Event& event) {
  const Severity full = FullSeverityOf(event);
  if (!IsRefused(event) || event.verdict == Verdict::kKilled) return full;
  return full >= Severity::kHigh ? Severity::kWarning : Severity::kNotice;
}

std::string_view TechniqueOf(const Event& event) {
  switch (event.cause) {
    case Cause::kHostDirectory: return HostDirectoryTechnique(HostObjectOf(event));
    case Cause::kDevice: return IsBlockDevice(event) ? "T1006" : "T1611";
    case Cause::kMoreCapabilities:
    case Cause::kLessConfinement: return "T1548";
    case Cause::kUnannounced:
    case Cause::kUsermodeHelper: return "T1068";
    case Cause::kHostSetting: return "T1562";
    case Cause::kNotOfImage: return "T1105";
    case Cause::kPrivilegeLeft: return "T1548.001";
    case Cause::kRogueStart: return "T1610";
    case Cause::kRogueEntry: return "T1609";
    case Cause::kForeignTask: return TaskTechnique(event.operation);
    case Cause::kForeignTaskFile: return "T1003.007";
    case Cause::kKernelCode:
      return event.operation == Operation::kModuleLoad ? "T1547.006" : "T1014";
    case Cause::kKernelMemory: return "T1082";
    case Cause::kDoorPath:
    case Cause::kDoorAddress:
    case Cause::kDoorAbstract: return DoorTechnique(event);
    default: return "T1611";
  }
}

std::string SentenceOf(const Event& event, const Container& container) {
  const std::string who = "Container " + Printable(container.DisplayName(), kMaxWords);
  const std::string clause = ClauseOf(event, container);
  if (event.verdict == Verdict::kKilled)
    return fmt::format("{} {}{}; brig killed it.", who, ActOf(event, true), clause);
  if (event.verdict == Verdict::kRefused)
    return fmt::format("{} tried to {}{}; brig refused.", who, ActOf(event, false), clause);
  if (IsRefused(event))
    return fmt::format("{} tried to {}{}; the kernel refused ({}).", who, ActOf(event, false),
                       clause, RefusalOf(event.result));
  if (event.attempt) return fmt::format("{} set out to {}{}.", who, ActOf(event, false), clause);
  return fmt::format("{} {}{}.", who, ActOf(event, true), clause);
}

}  // namespace brig::rules
