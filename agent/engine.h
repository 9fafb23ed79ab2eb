// SPDX-License-Identifier: Apache-2.0
// The process that parses everything from outside, without any privilege: it consumes the kernel's
// records, names who and where, judges, sends what is kept to the scribe and what is asked to the
// courier.
#pragma once

#include "agent/child.h"

namespace brig::agent {

// Gives the exit code.
int RunEngine(Start start);

}  // namespace brig::agent
