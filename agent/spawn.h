// SPDX-License-Identifier: Apache-2.0
// Starts one of brig's processes: this very program again, with one handle (the control channel),
// an empty environment and a session of its own. Not thread safe.
#pragma once

#include <sys/types.h>

#include <string>

#include "agent/roles.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace brig::agent {

struct Spawned {
  pid_t pid = -1;
  UniqueFd pidfd;
};

// `program` is an open handle of the executable, `control` the child's end of its channel.
[[nodiscard]] Result<Spawned> Spawn(int program, Role role, int control);

// How a child ended, for people: "was killed by signal 9 (Killed)", "exited with code 1". Reaps it;
// kUnavailable while it runs.
[[nodiscard]] Result<std::string> Reap(int pidfd);

}  // namespace brig::agent
