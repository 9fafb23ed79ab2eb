// SPDX-License-Identifier: Apache-2.0
// What a container may do beyond the strict default: the devices that somebody asked for by name at
// its start. A wildcard, such as a privileged container's, is permission without a purpose and
// allows nothing. Thread safe (no state).
#pragma once

#include <string>
#include <vector>

#include "identity/docker_answer.h"
#include "identity/runtime_state.h"
#include "model/facts.h"

namespace brig::identity {

// `docker` may be null. Its device list says which of the nodes were asked for by name, when the
// container has them all.
Allowance ComputeAllowance(std::uint64_t container, const RuntimeState& state,
                           const DockerContainer* docker);

// The same devices for people: "/dev/fuse (c 10:229)", "(c 188:any)".
std::vector<std::string> DescribeDevices(const Allowance& allowance, const RuntimeState& state);

}  // namespace brig::identity
