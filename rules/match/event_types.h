// SPDX-License-Identifier: Apache-2.0
// Which events a condition can hold for, from what it says of their type and of fields that only
// some events have. Also the folding that the compiler does for each kind. Thread safe (no state).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/match/condition.h"

namespace brig::rules {

// What a predicate is for every event of that kind, where nothing else decides it.
std::optional<bool> Constantly(const Predicate& predicate, EventKind kind);

struct EventTypes {
  bool all = true;                    // it says nothing of the type
  KindSet seen;                       // kinds of brig's events that it may hold for
  std::vector<std::string> not_sent;  // types that it names and brig does not see
  std::string unsupported, reason;    // a field that it cannot do without, and must
};
EventTypes EventTypesOf(const Condition& condition);

}  // namespace brig::rules
