// SPDX-License-Identifier: Apache-2.0
// The descriptors that keep brig's kernel programs and maps alive. As long as any process holds
// them, the programs run, whichever of brig's processes has died. Movable, not thread safe.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace brig::sensor {

// Every map that user space touches. The order is how descriptors are handed from process to
// process.
enum class MapId : std::size_t {
  kSettings,
  kGuarded,
  kLinkPlaces,
  kUnixDoors,
  kInetDoors,
  kAllowedDevices,
  kAllowances,
  kListedFiles,
  kOwnProcesses,
  kCritical,
  kTelemetry,
  kAnnouncements,
  kCounters,
  kBirths,
  kSysctls,
  kCanaryTask,
  kCanaries,
  kCompatCalls,  // only held: the kernel empties a map of programs when its last descriptor goes
};
inline constexpr std::size_t kMapCount = static_cast<std::size_t>(MapId::kCompatCalls) + 1;
inline constexpr std::array<std::string_view, kMapCount> kMapNames = {
    "settings",   "guarded",      "link_places",   "unix_doors",  "inet_doors", "allowed_devices",
    "allowances", "listed_files", "own_processes", "critical",    "telemetry",  "announcements",
    "counters",   "births",       "sysctls",       "canary_task", "canaries",   "compat_calls"};

struct Handles {
  std::array<UniqueFd, kMapCount> maps;
  std::vector<UniqueFd> links;     // one for each attached program
  std::vector<UniqueFd> programs;  // the same programs: to ask how often the kernel skipped them

  [[nodiscard]] int map(MapId id) const { return maps[static_cast<std::size_t>(id)].get(); }
};

}  // namespace brig::sensor
