// SPDX-License-Identifier: Apache-2.0
// The programs of this host that the kernel programs know by file: runtimes, which may start and
// enter containers (I11), and helpers, which the kernel itself may start (I6).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/options.h"
#include "sensor/maps.h"

namespace brig::agent {

struct Listed {
  std::vector<sensor::ListedFile> files;  // at most what WriteListedFiles takes
  std::vector<std::string> runtimes;      // one path of each, whether it is among the files or not
  std::vector<std::string> unlike;        // of those, the ones that are not what the policy says
};

// The SHA-256 of a program's content, hexadecimal, or "" when it is not known (yet).
using HashOf = std::function<std::string(const std::string& path)>;

// Those that exist now. A runtime whose content the policy names is one while that is its
// content. Needs to read /proc/sys/kernel.
Listed FindListed(const Options& options, const HashOf& hash_of);

}  // namespace brig::agent
