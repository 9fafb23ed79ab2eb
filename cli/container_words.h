// SPDX-License-Identifier: Apache-2.0
// A container and a person in few words. Everything given back is safe for a terminal. Thread safe
// (no state).
#pragma once

#include <string>

#include "cli/table.h"
#include "model/subject.h"

namespace brig::cli {

// "alice", "alice?" when it is a guess between several, "unknown".
std::string PersonWords(const Person& person);
// "privileged, host_pid, +2": the worst first, each kind once, coloured by the worst.
Cell RiskCell(const Container& container, std::size_t risks_max = 6);

}  // namespace brig::cli
