// SPDX-License-Identifier: Apache-2.0
#include "sensor/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstring>

#include "kernel/abi/event_abi.h"

namespace brig::sensor {
namespace {

template <class Key>
std::vector<Key> KeysOf(int map) {
  std::vector<Key> keys;
  Key key{};
  const void* previous = nullptr;
  while (bpf_map_get_next_key(map, previous, &key) == 0) {
    keys.push_back(key);
    previous = &keys.back();
  }
  return keys;
}

template <class Key>
bool SameBytes(const Key& a, const Key& b) {
  return std::memcmp(&a, &b, sizeof(Key)) == 0;
}

// Writes the new entries first, then removes what is not among them: nothing is unguarded in
// between.
template <class Key>
Result<> Replace(int map, const std::vector<std::pair<Key, std::uint32_t>>& entries) {
  for (const auto& [key, value] : entries)
    if (bpf_map_update_elem(map, &key, &value, BPF_ANY) != 0) return FailErrno("write a map entry");
  for (const Key& key : KeysOf<Key>(map)) {
    const bool kept = std::any_of(entries.begin(), entries.end(),
                                  [&](const auto& entry) { return SameBytes(entry.first, key); });
    if (!kept && bpf_map_delete_elem(map, &key) != 0 && errno != ENOENT)
      return FailErrno("remove a map entry");
  }
  return {};
}

Result<> ReplaceInodes(int map, const std::vector<InodeObject>& objects) {
  std::vector<std::pair<abi_inode_key, std::uint32_t>> entries;
  for (const InodeObject& object : objects)
    entries.push_back(
        {{object.inode, object.device, 0}, static_cast<std::uint32_t>(object.object)});
  return Replace(map, entries);
}

abi_device_key DeviceKey(std::uint64_t container, const DeviceRule& rule) {
  return {.container = container,
          .type = static_cast<__u32>(rule.type == 'b' ? S_IFBLK : S_IFCHR),
          .major = rule.major,
          .minor = rule.any_minor ? ABI_ANY_MINOR : rule.minor,
          .padding = 0};
}

static_assert(kInvariantCount <= ABI_INVARIANTS && kSurfaceCount <= ABI_SURFACES);

// A mode in the bytes of an allowance, where 0 is everybody's.
__u8 OwnMode(Mode mode) { return static_cast<__u8>(static_cast<unsigned>(mode) + 1); }

Result<abi_allowance> AllowanceBytes(const Allowance& allowance) {
  abi_allowance bytes{};
  bytes.capabilities = allowance.capabilities;
  bytes.objects = allowance.objects;
  for (const InvariantSetting& setting : allowance.modes) {
    const auto index = static_cast<std::size_t>(setting.invariant);
    if (index == 0 || index >= kInvariantCount || setting.mode > Mode::kRefuse)
      return Fail(ErrorCode::kInvalid, "an allowance with an unknown invariant or mode");
    bytes.mode[index] = OwnMode(setting.mode);
  }
  for (const SurfaceSetting& setting : allowance.surface) {
    const auto index = static_cast<std::size_t>(setting.surface);
    if (index == 0 || index >= kSurfaceCount || setting.mode > Mode::kRefuse)
      return Fail(ErrorCode::kInvalid, "an allowance with an unknown surface or mode");
    bytes.surface[index] = OwnMode(setting.mode);
  }
  return bytes;
}

// One writer at a time (the reader process); the kernel programs see each field change on its own.
template <class Change>
Result<> ChangeSettings(const Handles& handles, Change change) {
  abi_settings settings{};
  const __u32 zero = 0;
  if (bpf_map_lookup_elem(handles.map(MapId::kSettings), &zero, &settings) != 0)
    return FailErrno("read the settings");
  change(settings);
  if (bpf_map_update_elem(handles.map(MapId::kSettings), &zero, &settings, BPF_ANY) != 0)
    return FailErrno("write the settings");
  return {};
}

// Runs of a program that the kernel skipped because it was running on that CPU already.
std::uint64_t MissedRuns(const Handles& handles) {
  std::uint64_t missed = 0;
  for (const UniqueFd& program : handles.programs) {
    bpf_prog_info info{};
    __u32 size = sizeof info;
    if (bpf_obj_get_info_by_fd(program.get(), &info, &size) == 0) missed += info.recursion_misses;
  }
  return missed;
}

}  // namespace

std::uint32_t DeviceOf(std::uint64_t stat_device) {
  return static_cast<std::uint32_t>(::major(stat_device) << 20 | ::minor(stat_device));
}

Result<> WriteGuarded(const Handles& handles, const std::vector<InodeObject>& objects) {
  BRIG_TRY(ReplaceInodes(handles.map(MapId::kGuarded), objects));
  // Most files lie on no superblock of these: the programs compare numbers before they look
  // further.
  std::vector<std::uint32_t> devices;
  for (const InodeObject& object : objects)
    if (std::ranges::find(devices, object.device) == devices.end())
      devices.push_back(object.device);
  if (devices.size() > ABI_GUARDED_DEVICES)
    return Fail(ErrorCode::kLimit,
                fmt::format("guarded directories on {} filesystems", devices.size()));
  return ChangeSettings(handles, [&](abi_settings& settings) {
    std::ranges::fill(settings.guarded_devices, 0);
    std::ranges::copy(devices, settings.guarded_devices);
  });
}

Result<> WriteLinkPlaces(const Handles& handles, const std::vector<LinkPlace>& places) {
  std::vector<std::pair<abi_link_key, std::uint32_t>> entries;
  for (const LinkPlace& place : places) {
    if (place.text.size() >= ABI_LINK_TEXT)
      return Fail(ErrorCode::kLimit, fmt::format("the path {} is too long", place.text));
    abi_link_key key{};
    place.text.copy(reinterpret_cast<char*>(key.text), place.text.size());
    key.bits = static_cast<__u32>(8 * (place.text.size() + (place.beginning ? 0 : 1)));
    entries.push_back({key, static_cast<std::uint32_t>(place.object)});
  }
  return Replace(handles.map(MapId::kLinkPlaces), entries);
}

Result<> WriteWanted(const Handles& handles, std::uint64_t operations) {
  return ChangeSettings(handles, [&](abi_settings& settings) { settings.wanted = operations; });
}

Result<> WriteInheritLate(const Handles& handles, bool late) {
  return ChangeSettings(handles,
                        [&](abi_settings& settings) { settings.inherit_late = late ? 1 : 0; });
}

static_assert(ABI_SETTLING == static_cast<int>(Settling::kAllowances) &&
              ABI_LOOKING == static_cast<int>(Settling::kTasks) &&
              ABI_LOOKING_FIRST == static_cast<int>(Settling::kFirstTasks));

Result<> WriteSettling(const Handles& handles, Settling settling) {
  return ChangeSettings(
      handles, [&](abi_settings& settings) { settings.settling = static_cast<__u32>(settling); });
}

Result<> WriteUnixDoors(const Handles& handles, const std::vector<InodeObject>& doors) {
  return ReplaceInodes(handles.map(MapId::kUnixDoors), doors);
}

Result<> WriteInetDoors(const Handles& handles, const std::vector<AddressObject>& doors) {
  std::vector<std::pair<abi_address_key, std::uint32_t>> entries;
  for (const AddressObject& door : doors) {
    abi_address_key key{};
    std::memcpy(key.address, door.address.data(), sizeof key.address);
    key.port = door.port;
    entries.push_back({key, static_cast<std::uint32_t>(door.object)});
  }
  return Replace(handles.map(MapId::kInetDoors), entries);
}

Result<> WriteListedFiles(const Handles& handles, const std::vector<ListedFile>& files) {
  std::vector<std::pair<abi_inode_key, std::uint32_t>> entries;
  for (const ListedFile& file : files) {
    const abi_inode_key key{.inode = file.inode, .device = file.device, .padding = 0};
    const std::uint32_t purpose = (file.runtime ? ABI_LISTED_RUNTIME : 0U) |
                                  (file.helper ? ABI_LISTED_HELPER : 0U) |
                                  (file.unlike ? ABI_LISTED_UNLIKE : 0U);
    entries.push_back({key, purpose});
  }
  return Replace(handles.map(MapId::kListedFiles), entries);
}

Result<> WriteCommonDevices(const Handles& handles) {
  Allowance common{.container = 0, .devices = {}};
  for (const std::uint32_t minor : {3U, 5U, 7U, 8U, 9U})
    common.devices.push_back({'c', 1, minor, false});
  for (const std::uint32_t minor : {0U, 1U, 2U}) common.devices.push_back({'c', 5, minor, false});
  for (std::uint32_t major = 136; major <= 143; ++major)
    common.devices.push_back({'c', major, 0, true});
  return WriteAllowance(handles, common);
}

Result<> WriteAllowance(const Handles& handles, const Allowance& allowance) {
  if (allowance.devices.size() > Allowance::kMaxDevices)
    return Fail(ErrorCode::kLimit,
                fmt::format("an allowance of {} devices", allowance.devices.size()));
  for (const DeviceRule& rule : allowance.devices) {
    const abi_device_key key = DeviceKey(allowance.container, rule);
    const std::uint8_t one = 1;
    if (bpf_map_update_elem(handles.map(MapId::kAllowedDevices), &key, &one, BPF_ANY) != 0)
      return FailErrno("allow a device");
  }
  if (allowance.container == 0) return {};  // the devices of all
  BRIG_ASSIGN(const abi_allowance bytes, AllowanceBytes(allowance));
  if (bpf_map_update_elem(handles.map(MapId::kAllowances), &allowance.container, &bytes, BPF_ANY) !=
      0)
    return FailErrno("write an allowance");
  return {};
}

Result<> RemoveStaleDevices(const Handles& handles, const Allowance& old, const Allowance& now) {
  for (const DeviceRule& rule : old.devices) {
    if (std::ranges::find(now.devices, rule) != now.devices.end()) continue;
    const abi_device_key key = DeviceKey(old.container, rule);
    if (bpf_map_delete_elem(handles.map(MapId::kAllowedDevices), &key) != 0 && errno != ENOENT)
      return FailErrno("remove an allowed device");
  }
  return {};
}

Result<> RemoveAllowance(const Handles& handles, const Allowance& allowance) {
  BRIG_TRY(RemoveStaleDevices(handles, allowance, Allowance()));
  if (bpf_map_delete_elem(handles.map(MapId::kAllowances), &allowance.container) != 0 &&
      errno != ENOENT)
    return FailErrno("remove an allowance");
  return {};
}

Result<> WriteOwnProcess(const Handles& handles, std::uint32_t pid, bool own) {
  const std::uint8_t one = 1;
  const int map = handles.map(MapId::kOwnProcesses);
  const int failed =
      own ? bpf_map_update_elem(map, &pid, &one, BPF_ANY) : bpf_map_delete_elem(map, &pid);
  if (failed != 0 && errno != ENOENT) return FailErrno("write the list of own processes");
  return {};
}

Result<std::vector<RecordCounters>> ReadCounters(const Handles& handles) {
  std::vector<RecordCounters> counters;
  const int cpus = libbpf_num_possible_cpus();
  if (cpus <= 0) return Fail(ErrorCode::kInternal, "count the CPUs");
  std::vector<abi_counter> per_cpu(static_cast<std::size_t>(cpus));
  for (__u32 c = 0; c < ABI_CLASSES; ++c) {
    if (bpf_map_lookup_elem(handles.map(MapId::kCounters), &c, per_cpu.data()) != 0)
      return FailErrno("read the record counters");
    RecordCounters total{.record_class = static_cast<RecordClass>(c)};
    for (const abi_counter& counter : per_cpu) {
      total.made += counter.next;
      total.lost += counter.lost;
    }
    counters.push_back(total);
  }
  counters.front().missed = MissedRuns(handles);
  return counters;
}

Result<SysctlWrite> ReadSysctlWrite(const Handles& handles, std::size_t number) {
  static_assert(kSysctlCount == ABI_SYSCTLS && kSysctlFtrace == ABI_SYSCTL_FTRACE);
  const auto key = static_cast<__u32>(number);
  abi_sysctl note{};
  if (bpf_map_lookup_elem(handles.map(MapId::kSysctls), &key, &note) != 0)
    return FailErrno("read what was written to the kernel's settings");
  const auto text = [](const auto& bytes) {
    const std::string_view all(reinterpret_cast<const char*>(bytes), std::size(bytes));
    return std::string(all.substr(0, all.find('\0')));
  };
  return SysctlWrite{.count = note.begun,
                     .refused = note.refused,
                     .settled = note.begun == note.noted,
                     .whole = note.whole != 0,
                     .pid = note.pid,
                     .command = text(note.command),
                     .value = text(note.value)};
}

Result<> KeepFtraceOn(const Handles& handles) {
  const __u32 key = ABI_SYSCTL_FTRACE;
  abi_sysctl note{};
  if (bpf_map_lookup_elem(handles.map(MapId::kSysctls), &key, &note) != 0)
    return FailErrno("read what was written to ftrace_enabled");
  note.kept = 1;
  if (bpf_map_update_elem(handles.map(MapId::kSysctls), &key, &note, BPF_ANY) != 0)
    return FailErrno("keep ftrace on");
  return {};
}

Result<std::vector<std::uint64_t>> LivingContainers(const Handles& handles) {
  return KeysOf<std::uint64_t>(handles.map(MapId::kBirths));
}

}  // namespace brig::sensor
