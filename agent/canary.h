// SPDX-License-Identifier: Apache-2.0
// The process that proves the guard: at intervals its children, which the kernel programs take for
// tasks of containers, do for each invariant an act that must be refused.
#pragma once

#include "agent/child.h"

namespace brig::agent {

// Gives the exit code.
int RunCanary(Start start);

}  // namespace brig::agent
