// SPDX-License-Identifier: Apache-2.0
// A finding as a picture, in the language of Graphviz' dot: who started whom, and what they
// touched. Whatever names and arguments say, it stands between quotes and is safe for a terminal.
// Thread safe (no state).
#pragma once

#include <string>
#include <vector>

#include "model/event.h"
#include "model/finding.h"

namespace brig::cli {

constexpr std::size_t kMaxGraphObjects = 60;  // more are counted in one node

// `events`: those of the container until the finding, oldest first. Of them, those of the processes
// that led to the finding are shown; equal ones once, with their number.
std::string DotOf(const Finding& finding, const std::vector<Event>& events);

}  // namespace brig::cli
