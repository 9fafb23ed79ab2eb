// SPDX-License-Identifier: Apache-2.0
// Completion scripts for shells, written from the commands' declarations. Thread safe (no state).
#pragma once

#include <string>

#include "cli/manual.h"

namespace brig::cli {

std::string BashCompletion(const Commands& commands);
std::string ZshCompletion(const Commands& commands);
std::string FishCompletion(const Commands& commands);

}  // namespace brig::cli
