// SPDX-License-Identifier: Apache-2.0
// Processes as a tree by birth. The list may come from anywhere: cycles and strays are put up with.
// Thread safe (no state).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/subject.h"

namespace brig::cli {

struct TreeLine {
  std::string branch;       // "│  └─ "
  std::size_t process = 0;  // index into the list
};

// Every process once, parents before their children, siblings by birth. Those whose parent is not
// in the list are roots.
std::vector<TreeLine> TreeOf(const std::vector<Process>& processes);

}  // namespace brig::cli
