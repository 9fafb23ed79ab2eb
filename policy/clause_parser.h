// SPDX-License-Identifier: Apache-2.0
// The parts of a policy that speak of containers, from their nodes. Thread safe (no state).
//
//   clause     = {match, modes, surface, allow, waive, reason}     match and one more at least
//   match      = {name, image, image_digest, engine: PATTERN; labels: {KEY: PATTERN}}
//   modes      = as for all, but `off` for I8 alone: the others are waived by name
//   allow      = {devices: ["c 10:229" | "b 8:*" ...], capabilities: [SYS_TIME ...],
//                 directories: [host_logs ...], doors: [docker_socket ...], privileged: true}
//   waive      = [I5 ...]                                          with a reason
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/policy.h"
#include "policy/document.h"

namespace brig::policy {

[[nodiscard]] Result<Clause> ReadClause(const std::string& where, const Node& node);

// `modes:` and `surface:`, for all containers or one.
[[nodiscard]] Result<std::vector<Ruling>> ReadModes(const std::string& where, const Node& node);
[[nodiscard]] Result<std::vector<Ruling>> ReadSurface(const std::string& where, const Node& node);

bool SameMatch(const ContainerMatch& a, const ContainerMatch& b);

}  // namespace brig::policy
