// SPDX-License-Identifier: Apache-2.0
// What user space writes into the kernel programs' maps and reads from them. Calls need the map's
// descriptor and, where kernel.unprivileged_bpf_disabled is 1 or 2, CAP_BPF. Not thread safe.
#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/facts.h"
#include "model/status.h"
#include "sensor/handles.h"

namespace brig::sensor {

struct InodeObject {
  std::uint64_t inode = 0;
  std::uint32_t device = 0;  // as stat gives it, converted by DeviceOf
  HostObject object = HostObject::kNone;
  friend auto operator<=>(const InodeObject&, const InodeObject&) = default;
};

// The kernel's own form of a device number (20 bits of minor) from the one that stat gives.
std::uint32_t DeviceOf(std::uint64_t stat_device);

// Where a link that a container leaves must not lead (I10): a path of the host, or all that begins
// with this text. At most ABI_LINK_TEXT - 1 bytes.
struct LinkPlace {
  std::string text;
  bool beginning = false;
  HostObject object = HostObject::kNone;
};

struct AddressObject {
  std::array<std::uint8_t, 16> address{};  // IPv6, or IPv4 mapped into it
  std::uint32_t port = 0;                  // 0: any
  HostObject object = HostObject::kNone;
  friend auto operator<=>(const AddressObject&, const AddressObject&) = default;
};

// Replace the whole content: what is not listed any more is removed. At most kMax... of design
// limits (1,024 guarded directories on 16 filesystems, 256 unix doors, 1,024 addresses), else
// kLimit.
[[nodiscard]] Result<> WriteGuarded(const Handles& handles,
                                    const std::vector<InodeObject>& objects);
[[nodiscard]] Result<> WriteLinkPlaces(const Handles& handles,
                                       const std::vector<LinkPlace>& places);
[[nodiscard]] Result<> WriteUnixDoors(const Handles& handles,
                                      const std::vector<InodeObject>& doors);
[[nodiscard]] Result<> WriteInetDoors(const Handles& handles,
                                      const std::vector<AddressObject>& doors);

// The telemetry operations that the kernel programs send, a bit for each Operation.
[[nodiscard]] Result<> WriteWanted(const Handles& handles, std::uint64_t operations);

// Once the kernel has skipped runs of a program (RecordCounters.missed), labels are looked for
// late.
[[nodiscard]] Result<> WriteInheritLate(const Handles& handles, bool late);

// How far the containers are known that ran before the programs: see ABI_SETTLING. At kSettled they
// are judged as all others, for what they are allowed is written, or is not to be had.
enum class Settling : std::uint8_t { kSettled, kAllowances, kTasks, kFirstTasks };
[[nodiscard]] Result<> WriteSettling(const Handles& handles, Settling settling);

// The devices that every container may use: null, zero, full, random, urandom, tty, console, ptmx,
// pts.
[[nodiscard]] Result<> WriteCommonDevices(const Handles& handles);
// Adds one container's allowance / removes it when the container has ended.
[[nodiscard]] Result<> WriteAllowance(const Handles& handles, const Allowance& allowance);
// After a new one was written over it: the devices that are in the old one alone. There is no
// moment without the settings of both.
[[nodiscard]] Result<> RemoveStaleDevices(const Handles& handles, const Allowance& old,
                                          const Allowance& now);
[[nodiscard]] Result<> RemoveAllowance(const Handles& handles, const Allowance& allowance);

// A file known by its inode, and what for: ABI_LISTED_* of kernel/abi/event_abi.h.
struct ListedFile {
  std::uint64_t inode = 0;
  std::uint32_t device = 0;
  bool runtime = false;  // may start and enter containers
  bool helper = false;   // may be started by the kernel itself
  bool unlike = false;   // a runtime, but for its content: may not
  friend auto operator<=>(const ListedFile&, const ListedFile&) = default;
};
// Replaces the whole list. At most 256, else kLimit.
[[nodiscard]] Result<> WriteListedFiles(const Handles& handles,
                                        const std::vector<ListedFile>& files);

// brig's own processes, whose calls to engines are nobody's start.
[[nodiscard]] Result<> WriteOwnProcess(const Handles& handles, std::uint32_t pid, bool own);

// Made, lost and skipped records since the programs were loaded; `received` and `refused` stay 0.
[[nodiscard]] Result<std::vector<RecordCounters>> ReadCounters(const Handles& handles);
// The kernel's own settings that are watched, in the order of the kernel programs' numbers.
inline constexpr std::string_view kSysctlPaths[] = {
    "/proc/sys/kernel/modprobe", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/poweroff_cmd",
    "/proc/sys/kernel/ftrace_enabled"};
inline constexpr std::size_t kSysctlCount = std::size(kSysctlPaths);
inline constexpr std::size_t kSysctlFtrace = 3;

// The last write to one of them through /proc/sys, and how many there were since brig was loaded.
struct SysctlWrite {
  std::uint64_t count = 0;
  std::uint64_t refused = 0;
  bool settled = true;  // false: one is being noted right now
  bool whole = false;   // `value` is all that was written
  std::uint32_t pid = 0;
  std::string command, value;
};
[[nodiscard]] Result<SysctlWrite> ReadSysctlWrite(const Handles& handles, std::size_t number);

// Has writes that would switch ftrace off refused, where an invariant's mode is to refuse.
[[nodiscard]] Result<> KeepFtraceOn(const Handles& handles);

// The keys of the containers that live.
[[nodiscard]] Result<std::vector<std::uint64_t>> LivingContainers(const Handles& handles);

}  // namespace brig::sensor
