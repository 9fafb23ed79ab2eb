// SPDX-License-Identifier: Apache-2.0
// The first process: starts the others, holds the kernel programs so that they stay attached
// whoever dies, starts again whoever dies, and has each death recorded. It parses nothing from
// outside.
#pragma once

#include "agent/options.h"

namespace brig::agent {

// Runs brigd until SIGTERM or SIGINT, or SIGUSR2, which leaves the guard to a successor. Gives the
// exit code: 0 stopped in order, 2 could not start.
int RunWarden(const Options& options);

}  // namespace brig::agent
