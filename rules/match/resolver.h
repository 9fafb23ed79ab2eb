// SPDX-License-Identifier: Apache-2.0
// From what rule files define to rules that can be run: macros and lists filled in, exceptions
// joined, fields, types and event names checked. Thread safe (no state).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/names.h"
#include "rules/language/rule_set.h"
#include "rules/match/condition.h"
#include "rules/match/output.h"

namespace brig::rules {

inline constexpr std::uint64_t kMaxPredicates = 100'000;      // of one rule, macros written out
inline constexpr std::uint64_t kMaxAllConstants = 4'000'000;  // of all rules
inline constexpr std::size_t kMaxConditionDepth = 256;        // of one rule, macros written out

struct Rule {
  std::string name, description, source;
  Place place;
  Priority priority = Priority::kDebug;
  Severity severity = Severity::kNotice;
  std::vector<std::string> tags;
  std::string technique;  // the tag that is a MITRE ATT&CK technique
  bool enabled = true;
  ConditionRef condition;
  Output output;
};

struct Rules {
  std::vector<Rule> rules;
  std::vector<Remark> remarks;  // beyond those of the RuleSet
  [[nodiscard]] bool failed() const;
};

// A rule with an error is left out, and told by a remark.
Rules Resolve(const RuleSet& set);

Severity SeverityOf(Priority priority);

}  // namespace brig::rules
