// SPDX-License-Identifier: Apache-2.0
// Terms and checks of a condition, with their fields looked up and types checked. Thread safe (no
// state).
#pragma once

#include <span>
#include <variant>

#include "rules/match/condition.h"

namespace brig::rules {

[[nodiscard]] std::variant<OperandRef, Remark> ResolveOperand(const Term& term);

// `values` are the right side, lists filled in; `right` stands for them when it is not null.
[[nodiscard]] std::variant<PredicateRef, Remark> ResolveCheck(const Expression& check,
                                                              std::span<const Literal> values);

// The remark is of a kind that `skip-if-unknown-filter` forgives: an unknown field or event.
bool IsUnknown(const Remark& remark);

}  // namespace brig::rules
