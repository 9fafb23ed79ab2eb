// SPDX-License-Identifier: Apache-2.0
// Rules of one condition for the tests of the language and the matcher.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "rules/match/test_events.h"
#include "rules/rule_book.h"

namespace brig::rules {

// A rule of that condition, beside lists and macros given as YAML.
inline RuleBook BookOf(const std::string& condition, const std::string& before = "") {
  return ReadRules({{"t.yaml", before +
                                   "\n- rule: r\n  desc: d\n  output: o\n  priority: INFO\n"
                                   "  condition: >\n    " +
                                   condition + "\n"}});
}

inline ConditionRef ConditionOf(const std::string& condition, const std::string& before = "") {
  const RuleBook book = BookOf(condition, before);
  std::string errors;
  for (const Remark& remark : book.remarks)
    if (remark.kind == RemarkKind::kError) errors += book.set.sources.Show(remark);
  EXPECT_EQ(errors, "") << condition;
  return book.rules.empty() ? nullptr : book.rules[0].condition;
}

inline bool Holds(const std::string& condition, const Seen& seen, const std::string& before = "") {
  const ConditionRef resolved = ConditionOf(condition, before);
  return resolved && Holds(*resolved, View(seen.event, seen.subject));
}

inline std::string ErrorOf(const std::string& condition, const std::string& before = "") {
  const RuleBook book = BookOf(condition, before);
  for (const Remark& remark : book.remarks)
    if (remark.kind == RemarkKind::kError)
      return book.set.sources.Words(remark.place) + ": " + remark.text;
  return "";
}

}  // namespace brig::rules
