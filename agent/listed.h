// SPDX-License-Identifier: Apache-2.0
// The programs of this host that the kernel programs know by file: runtimes, which may start and
// enter containers (I11), and helpers, which the kernel itself may start (I6).
#pragma once

#include <vector>

#include "agent/options.h"
#include "sensor/maps.h"

namespace brig::agent {

// Those that exist now; at most what WriteListedFiles takes. Needs to read /proc/sys/kernel.
std::vector<sensor::ListedFile> FindListed(const Options& options);

}  // namespace brig::agent
