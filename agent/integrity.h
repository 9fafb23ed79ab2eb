// SPDX-License-Identifier: Apache-2.0
// Looks at intervals whether something changed what only a kernel exploit can change unnoticed: the
// kernel's own settings, and the pages of programs that decide over the host. Part of the reader.
// Not thread safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/cache_check.h"
#include "agent/loop.h"
#include "agent/sysctl_watch.h"
#include "sensor/handles.h"

namespace brig::agent {

class Integrity {
 public:
  using OnNotice = std::function<void(Notice)>;

  // Both must outlive it. `writes_seen`: see SysctlWatch.
  Integrity(Loop& loop, const sensor::Handles& handles, bool writes_seen, OnNotice on_notice);

  // What stays wrong or cannot be looked at, for the status.
  [[nodiscard]] std::vector<std::string> Notes() const;

 private:
  void LookAtSettings();
  void LookAtHelper();
  void LookAtPrograms();

  Loop& loop_;
  const sensor::Handles& handles_;
  OnNotice on_notice_;
  SysctlWatch settings_;
  std::optional<std::string> helper_;
  CacheCheck programs_;
  std::int64_t next_round_ns_ = 0;
  std::string trouble_;  // why the notes about the settings cannot be read
};

}  // namespace brig::agent
