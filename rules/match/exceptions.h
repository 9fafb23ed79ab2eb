// SPDX-License-Identifier: Apache-2.0
// Exceptions of a rule as part of its condition: `and not` all that their values say. Thread safe
// (no state).
#pragma once

#include <variant>

#include "rules/language/expression.h"
#include "rules/language/rule_set.h"

namespace brig::rules {

// The condition itself where the exception has no values.
[[nodiscard]] std::variant<ExpressionRef, Remark> WithException(ExpressionRef condition,
                                                                const Exception& exception);

}  // namespace brig::rules
