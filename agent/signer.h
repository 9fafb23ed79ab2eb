// SPDX-License-Identifier: Apache-2.0
// The process that holds the ledger's key and answers one request: sign this tree head, which must
// not shrink nor contradict an earlier one.
#pragma once

#include "agent/child.h"

namespace brig::agent {

// Gives the exit code.
int RunSigner(Start start);

}  // namespace brig::agent
