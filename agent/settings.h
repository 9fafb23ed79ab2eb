// SPDX-License-Identifier: Apache-2.0
// How what root wrote on the command line and into the policy file become Options. Thread safe (no
// state).
#pragma once

#include <string>

#include "agent/options.h"
#include "base/result.h"

namespace brig::agent {

// "I1=kill"; every invariant by "all=kill".
[[nodiscard]] Result<> SetMode(Options& options, const std::string& text);
// "io_uring=refuse".
[[nodiscard]] Result<> SetSurface(Options& options, const std::string& text);
// "/opt/runc", "/usr/bin/runc@sha256:HEX".
[[nodiscard]] Result<> AddRuntime(Options& options, const std::string& text);

// Reads the policy file and takes over what it says for all containers; flags come after it, and
// count over it. `path` "": the usual file, if there is one.
[[nodiscard]] Result<> TakePolicy(Options& options, const std::string& path);

}  // namespace brig::agent
