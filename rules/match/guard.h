// SPDX-License-Identifier: Apache-2.0
// What a condition cannot hold without: the keys that its rule is put into tables by. Thread safe
// (no state).
#pragma once

#include <optional>
#include <vector>

#include "rules/match/node.h"
#include "rules/match/program.h"
#include "rules/match/tables.h"

namespace brig::rules {

inline constexpr std::size_t kMaxGuardKeys = 4096;  // of one rule

// At least one of the keys holds whenever the node does. nullopt: nothing so telling is there.
std::optional<std::vector<GuardKey>> FindGuard(const NodePool& pool, const std::vector<Test>& tests,
                                               NodeId node);

}  // namespace brig::rules
