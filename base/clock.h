// SPDX-License-Identifier: Apache-2.0
// The times brig speaks of, in nanoseconds. Passed by constructor, so that tests can set it.
#pragma once

#include <cstdint>
#include <string>

namespace brig {

class Clock {
 public:
  virtual ~Clock() = default;
  // Since 1970 UTC; may jump.
  virtual std::int64_t WallNs() const = 0;
  // CLOCK_BOOTTIME: since boot, suspend included; never jumps.
  virtual std::int64_t BootNs() const = 0;
};

// The real one.
const Clock& SystemClock();

// "2026-11-23T19:00:24.123Z"
std::string FormatTime(std::int64_t wall_ns);

}  // namespace brig
