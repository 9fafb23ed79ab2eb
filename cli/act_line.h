// SPDX-License-Identifier: Apache-2.0
// One act as a line, for people or programs. What it gives is safe for a terminal. Thread safe (no
// state).
#pragma once

#include <string>

#include "cli/acts.h"
#include "cli/command.h"
#include "cli/filter.h"

namespace brig::cli {

// "11-23 19:00:24  alice     started   web             docker run --name web nginx"
void PrintAct(const Session& session, const Act& act, const std::string& session_id,
              const ContainerNames& names);

}  // namespace brig::cli
