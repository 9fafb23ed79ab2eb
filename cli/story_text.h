// SPDX-License-Identifier: Apache-2.0
// A finding as a story, in lines that fit. What it gives is safe for a terminal. Thread safe (no
// state).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/event.h"
#include "model/finding.h"

namespace brig::cli {

// `around`: events of the same container, in any order.
std::vector<std::string> TellStory(const Finding& finding, const std::vector<Event>& around,
                                   std::size_t width);

}  // namespace brig::cli
