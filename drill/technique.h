// SPDX-License-Identifier: Apache-2.0
// Technique: one attack, as data. What the container is given, what it does, how the host's side
// knows that it worked, and which invariants brig is to hold against it. Plain constants.
//
// `weakness`, `stage`, `act` and `twin` are words with spaces between them:
//
//   weakness  cap=SYS_ADMIN  host=pid|network|ipc|uts|cgroup  bind=HOST:INSIDE[:ro]  unmasked
//             device=PATH (a device of the host, given to it)
//             shm-exec (/dev/shm may hold programs)  any-device (no device cgroup)
//             new-privileges=no exec (the act enters a running container)  exec-cap=X
//             leak=DIRECTORY host-act (an insider does it on the host, in no container)
//   stage     what is put up on the host before, see drill/stage.h
//   act       words for the attack program; {name} is filled in from the stage
//
// The twin does the same calls for an allowed purpose: the same act with its own objects in the
// places of the host's, unless `twin` says another one.
#pragma once

#include <cstdint>
#include <string_view>

namespace brig::drill {

enum class Family : std::uint8_t {
  kMounts,
  kDevices,
  kCapabilities,
  kNamespaces,
  kProcesses,
  kPseudoFiles,
  kInterfaces,
  kRuntime,
  kUring,
  kDaemons,
  kExploits,
  kStarts,
  kDrift,
  kNeighbours,
  kLeavings,
};
inline constexpr std::uint8_t kFamilyCount = 15;
std::string_view NameOf(Family family);

// How the host's side knows. Never by the attack's own word.
enum class Oracle : std::uint8_t {
  kSecret,   // the fresh secret of a canary is in what the container printed
  kChanged,  // the canary file, or what lies beside it under its name, is not as it was
  kVictim,   // the canary process is not as it was: ended, stopped, traced, signalled, limited ...
  kServed,   // a message of the container has reached the canary server
  kHolds,    // the container's process holds what `proof` says: see drill/oracle.h
  kLeft,     // the container has left behind what `proof` says
  kSetting,  // the setting of the host that `proof` names has another value
};

// What brig can do about it at best, with all its layers.
enum class Best : std::uint8_t { kRefused, kKilled, kRecorded };

struct Technique {
  std::string_view name;  // "mounts.root-read": the family's short name first
  Family family;
  std::string_view mitre;
  std::string_view sentence;
  std::string_view invariants;  // "I1 I3": a finding about any of them is the right one
  std::string_view weakness = "";
  std::string_view stage = "";
  std::string_view act;
  std::string_view twin = "";
  Oracle oracle = Oracle::kSecret;
  std::string_view proof = "";
  Best best = Best::kRefused;
  std::string_view why = "";  // why not refused, where `best` is less
  bool unnamed = false;       // another road to an object that the families name
  bool destructive = false;   // changes the host: for guests only
};

}  // namespace brig::drill
