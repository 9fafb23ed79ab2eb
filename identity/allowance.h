// SPDX-License-Identifier: Apache-2.0
// What a container may do beyond the strict default. Two things are asked, and nothing else: how it
// was started, for the devices that somebody asked for by name there (a wildcard, such as a
// privileged container's, is permission without a purpose and allows nothing), and the policy, for
// everything: whoever starts a container may ask for a capability, the host's network or a mount of
// its root, but only the policy admits what they are good for. Thread safe (no state).
//
// The container of a user's own engine fits only a clause that names its engine: its names, image
// and labels are that user's word.
#pragma once

#include <string>
#include <vector>

#include "identity/docker_answer.h"
#include "identity/runtime_state.h"
#include "model/facts.h"
#include "model/policy.h"

namespace brig::identity {

struct Admission {
  Allowance allowance;
  Posture posture;  // the same for people
};

// `container` is named already (engine, names, digest, labels, privileged). `docker` may be null;
// its device list says which of the nodes were asked for by name, when the container has them all.
Admission ComputeAllowance(const Container& container, const RuntimeState& state,
                           const DockerContainer* docker, const Policy& policy);

// Whether all of `text` is as `pattern` says: * stands for any characters, ? for one.
bool FitsPattern(std::string_view pattern, std::string_view text);

// The devices of a posture: "/dev/fuse (c 10:229)", "(c 188:any)".
std::vector<std::string> DevicesOf(const Posture& posture);
// What the policy loosens, in words that follow "it": for the container's list of risks.
std::vector<Risk> RisksOf(const Posture& posture);

}  // namespace brig::identity
