// SPDX-License-Identifier: Apache-2.0
// The process that puts brig's programs into the kernel, hands every handle to the warden and ends.
// Only it may load programs; nothing from outside is parsed here.
#pragma once

#include "agent/child.h"

namespace brig::agent {

// Gives the exit code.
int RunLoader(Start start);

}  // namespace brig::agent
