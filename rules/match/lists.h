// SPDX-License-Identifier: Apache-2.0
// The lists of a rule set, filled into values: a bare word that is a list's name stands for its
// items, also within lists. Thread safe where const. The definitions must outlive it.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/language/expression.h"
#include "rules/language/parser.h"
#include "rules/language/rule_set.h"

namespace brig::rules {

class Lists {
 public:
  explicit Lists(const std::vector<ListDefinition>& lists);
  // A remark when an item is no value, or when there are more than kMaxValues.
  [[nodiscard]] std::optional<Remark> Expand(const std::vector<Literal>& values,
                                             std::vector<Literal>& out) const;

 private:
  std::unordered_map<std::string_view, const ListDefinition*> by_name_;
};

}  // namespace brig::rules
