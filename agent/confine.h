// SPDX-License-Identifier: Apache-2.0
// How a process gives up what it does not need: user, capabilities, handles, system calls. Each
// step is irreversible and each failure is to be treated as fatal. Thread safe: no; call before any
// thread starts.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace brig::agent {

constexpr std::uint64_t CapabilityBit(int capability) { return 1ULL << capability; }

struct Privileges {
  uid_t user = 0;
  gid_t group = 0;
  std::string root = {};            // chroot into this directory first; "" keeps the root
  std::uint64_t capabilities = 0;   // kept: permitted and bounding; nothing else remains
  std::uint64_t effective = ~0ULL;  // of those, the ones in force now
};

// Root directory, bounding set, groups, user, capabilities, no_new_privs, no core dumps, not
// traceable.
[[nodiscard]] Result<> DropPrivileges(const Privileges& privileges);

// The capabilities of the calling process that are permitted.
[[nodiscard]] Result<std::uint64_t> PermittedCapabilities();

// Closes every descriptor but 0, 1, 2 and `keep`.
[[nodiscard]] Result<> CloseOtherHandles(std::vector<int> keep);

// The system calls that every process of brig needs to run its loop.
std::span<const std::string_view> LoopCalls();

// From now on any system call but `LoopCalls()` and `calls` ends the process (SIGSYS, in the audit
// log). bpf(2) may only work on maps that are held already; memory becomes executable only with
// `may_load_code`, which the warden needs for its children's start.
[[nodiscard]] Result<> AllowSystemCalls(std::span<const std::string_view> calls,
                                        bool may_load_code = false);

}  // namespace brig::agent
