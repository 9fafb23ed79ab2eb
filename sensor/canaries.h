// SPDX-License-Identifier: Apache-2.0
// Canaries: acts that the guard must refuse, done by children that the kernel programs take for
// tasks of containers. Needs the maps kCanaryTask and kCanaries. Not thread safe.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "model/names.h"
#include "sensor/handles.h"

namespace brig::sensor {

// Whose task the next child of this process is.
enum class CanaryKind : std::uint8_t {
  kNone,       // nobody's
  kCanary,     // the invariant's canary
  kOtherUser,  // the same, and its label says another user than it has
  kNeighbour,  // another container's
};
[[nodiscard]] Result<> WriteCanaryTask(const Handles& handles, std::uint32_t pid, CanaryKind kind,
                                       Invariant invariant);

// What two kinds of kernel programs counted since brig was loaded.
struct CanaryCount {
  std::uint64_t refused = 0;  // the guard
  std::uint64_t seen = 0;     // the tracepoints
};
[[nodiscard]] Result<CanaryCount> ReadCanary(const Handles& handles, Invariant invariant);

}  // namespace brig::sensor
