// SPDX-License-Identifier: Apache-2.0
// Judges what the kernel's own settings say against what was written to them. The kernel starts the
// program that kernel.modprobe or kernel.core_pattern names, as root on the host: an exploit that
// can write kernel memory changes such a text, and then no write went through /proc/sys. Reads
// nothing itself. Not thread safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/finding.h"
#include "sensor/maps.h"

namespace brig::agent {

class SysctlWatch {
 public:
  // `writes_seen`: the program that notes writes is attached. Without it a change is told, but not
  // that nobody wrote it.
  explicit SysctlWatch(bool writes_seen) : writes_seen_(writes_seen) {}

  // One reading of a setting: the notes of the kernel program before and after `text` was read.
  struct Reading {
    sensor::SysctlWrite before;
    std::string text;
    sensor::SysctlWrite after;
  };
  // The first reading is believed. A change that no write explains is told at the second reading
  // that agrees with it: no lock holds the text, so one reading may see half of a write. The time
  // of the notice is the caller's to fill in.
  std::optional<Notice> Take(std::size_t number, const Reading& reading);

  // A change was read that is not told yet: read again soon.
  [[nodiscard]] bool doubtful() const;
  // What stays wrong, for the status.
  [[nodiscard]] std::vector<std::string> Notes() const;

 private:
  struct Known {
    std::optional<std::string> text;
    std::optional<std::string> doubt;
    std::uint64_t writes = 0;
    std::uint64_t refused = 0;
    bool by_nobody = false;
  };
  std::optional<Notice> TakeFtrace(Known& known, const Reading& reading) const;

  bool writes_seen_;
  std::array<Known, sensor::kSysctlCount> known_;
};

}  // namespace brig::agent
