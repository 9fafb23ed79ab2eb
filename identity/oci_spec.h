// SPDX-License-Identifier: Apache-2.0
// config.json: what a container was to be given, in the words of the OCI runtime specification
// (github.com/opencontainers/runtime-spec, config.md and config-linux.md). Where a runtime keeps no
// account of its own, this says it. Thread safe (no state).
//
//   {"annotations": {}, "mounts": [{type, source, destination, options[]}],
//    "process": {"noNewPrivileges", "capabilities": {"bounding": []}},
//    "linux": {"seccomp", "devices": [{type, path, major, minor}],
//      "resources": {"devices": [{allow, type, major, minor, access}]}}}
#pragma once

#include <string_view>

#include "base/result.h"
#include "identity/runtime_state.h"

namespace brig::identity {

// Fills in what the container was given; the rest of `state` stays. kInvalid for what is not JSON.
[[nodiscard]] Result<> ReadSpec(std::string_view json, RuntimeState& state);

}  // namespace brig::identity
