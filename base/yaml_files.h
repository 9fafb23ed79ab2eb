// SPDX-License-Identifier: Apache-2.0
// The files that a path names. Thread safe (no state).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace brig {

// The path itself, or, of a directory, its entries that end in .yaml or .yml, by name; not those of
// directories below it. An error when a directory cannot be read.
Result<std::vector<std::string>> YamlFilesAt(const std::string& path);

}  // namespace brig
