// SPDX-License-Identifier: Apache-2.0
// The process that may look into /proc, runtimes' directories and engines' sockets: it fetches what
// tells who a container is and hands it to the engine unparsed, and writes what the kernel programs
// are to know.
#pragma once

#include "agent/child.h"

namespace brig::agent {

// Gives the exit code.
int RunReader(Start start);

}  // namespace brig::agent
