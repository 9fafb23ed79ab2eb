// SPDX-License-Identifier: Apache-2.0
// The command line against the declared flags, by CLI11 (which throws: nothing gets past this
// file).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"

namespace brig::cli {

struct Parsed {
  Command* command = nullptr;  // null: only `help` or `version` was asked
  bool help = false;           // of `command`, or of brig as a whole
  bool version = false;
};

// Reads `arguments` (without the program's name) into the targets of the flags. kInvalid with a
// message that ends with where to look.
[[nodiscard]] Result<Parsed> Parse(const std::vector<std::unique_ptr<Command>>& commands,
                                   Globals& globals, std::vector<std::string> arguments);

}  // namespace brig::cli
