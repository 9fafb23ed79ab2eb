// SPDX-License-Identifier: Apache-2.0
// Text files of the host that describe processes and people. Lines that do not fit their grammar
// are skipped; the caller sees only what could be read. Thread safe (no state).
//
//   /proc/PID/cgroup     number ":" controllers ":" path; the unified hierarchy is "0::" path
//   /proc/PID/mountinfo  id parent major:minor root mountpoint options [tags...] "-" type source
//   superoptions
//                        (space, tab, newline and backslash are written as \040 ...)
//   /proc/PID/uid_map    inside outside count, each line a range of user ids
//   /etc/passwd          name ":" password ":" uid ":" ...
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/subject.h"

namespace brig::identity {

inline constexpr std::size_t kMaxLines = 65536;

// The path in the unified hierarchy, else in systemd's own, else the first; "" when there is none.
std::string ParseCgroup(std::string_view text);

// The container id that a cgroup path claims: its last run of 64 hex digits; "" when there is none.
std::string IdInCgroup(std::string_view path);

// Every mount. `source` is the directory within the filesystem ("/" for a whole one) for
// filesystems on a block device, else the source that the filesystem names.
std::vector<MountInfo> ParseMountInfo(std::string_view text);

// Users of the host who are users in a process's user namespace.
struct UserRange {
  std::uint32_t first = 0, count = 0;
};
std::vector<UserRange> ParseUserMap(std::string_view text);
bool HasUser(const std::vector<UserRange>& map, std::uint32_t uid);

struct User {
  std::uint32_t uid = 0;
  std::string name;
};
std::vector<User> ParseUsers(std::string_view text);

}  // namespace brig::identity
