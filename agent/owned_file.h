// SPDX-License-Identifier: Apache-2.0
// A file, and who could have written it. Documents that say who a container is lie in directories
// of root and of users; only what nobody else could have put there is believed as root's word. So
// the path is walked directory by directory, and a symbolic link is followed only where root made
// it. Thread safe (no state).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace brig::agent {

struct OwnedFile {
  std::string content;
  std::uint32_t owner = 0;  // 0: root alone; kUnsetId: more than one user, or anybody
};

// `path` is absolute. Besides what ReadFile() says: kDenied for a symbolic link of somebody else,
// kInvalid for anything but a regular file.
[[nodiscard]] Result<OwnedFile> ReadOwnedFile(const std::string& path, std::size_t max_bytes);

}  // namespace brig::agent
