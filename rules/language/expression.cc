// SPDX-License-Identifier: Apache-2.0
#include "rules/language/expression.h"

#include <algorithm>
#include <iterator>

namespace brig::rules {
namespace {

constexpr std::string_view kOperators[] = {
    "=",         "!=",        "<",          "<=",          ">",        ">=",   "contains",
    "icontains", "bcontains", "startswith", "bstartswith", "endswith", "glob", "iglob",
    "regex",     "in",        "intersects", "pmatch",      "exists"};
static_assert(std::size(kOperators) == static_cast<std::size_t>(Operator::kExists) + 1);

}  // namespace

std::string_view NameOf(Operator op) { return kOperators[static_cast<std::size_t>(op)]; }

std::optional<Operator> OperatorOf(std::string_view name) {
  if (name == "==") return Operator::kEqual;
  const auto* const found = std::ranges::find(kOperators, name);
  if (found == std::end(kOperators)) return std::nullopt;
  return static_cast<Operator>(found - std::begin(kOperators));
}

bool TakesList(Operator op) {
  return op == Operator::kIn || op == Operator::kIntersects || op == Operator::kPmatch;
}

}  // namespace brig::rules
