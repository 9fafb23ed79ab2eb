// SPDX-License-Identifier: Apache-2.0
// Help and the manual page, written from the commands' declarations. Thread safe (no state).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"

namespace brig::cli {

using Commands = std::vector<std::unique_ptr<Command>>;

// The flags of every command, to be read, not parsed into.
Flags GlobalFlags();
// `brig --help`: the list of commands.
std::string Overview(const Commands& commands, bool color);
// `brig events --help`.
std::string HelpOf(Command& command, std::size_t width, bool color);
// brig(1) in roff (man macros). `date` is YYYY-MM-DD.
std::string ManualPage(const Commands& commands, const std::string& version,
                       const std::string& date);

}  // namespace brig::cli
