// SPDX-License-Identifier: Apache-2.0
// The process that talks to clients on /run/brig/brig.sock: parses what they ask, has the engine
// answer, and turns the answers into JSON lines. A client can slow down or exhaust only itself.
#pragma once

#include "agent/child.h"

namespace brig::agent {

// Gives the exit code.
int RunCourier(Start start);

}  // namespace brig::agent
