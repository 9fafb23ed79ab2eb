// SPDX-License-Identifier: Apache-2.0
// The process that holds the ledger: appends what the engine and the warden send, makes it durable
// in groups, acknowledges, and has the tree head signed.
#pragma once

#include "agent/child.h"

namespace brig::agent {

// Gives the exit code.
int RunScribe(Start start);

}  // namespace brig::agent
