// SPDX-License-Identifier: Apache-2.0
// Containers that are not what their place says: a runtime vouches for them, and the engine in
// whose place they lie denies them, or their pod does not run. Whoever reaches a runtime directly
// (runc
// --root with an engine's own directory) makes such a container. Thread safe (no state).
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "identity/offers.h"
#include "model/subject.h"

namespace brig::identity {

struct Surroundings {
  bool docker_denies = false;  // asked for this id, every docker said that there is none
  std::function<bool(std::string_view id)> runs;  // a container of that id
};

// "ghost", and "static_pod" for a pod that a file on this node asked for, past the API server.
std::vector<Risk> FindGhosts(const Offers::Offer& offer, const Surroundings& around);

}  // namespace brig::identity
