// SPDX-License-Identifier: Apache-2.0
// Rule files in, rules that can be run out: the door to the language (language/), the fields
// (fields/) and the matcher (match/). docs/rule-language.md is the reference. Thread safe (no
// state).
#pragma once

#include <string>
#include <vector>

#include "rules/language/rule_set.h"
#include "rules/match/resolver.h"

namespace brig::rules {

struct RuleFile {
  std::string name;  // stands in front of remarks
  std::string text;
};

struct RuleBook {
  RuleSet set;                  // what the files define
  std::vector<Rule> rules;      // those that can be run, disabled ones too, in their order
  std::vector<Remark> remarks;  // in the order of the files and lines
  [[nodiscard]] bool failed() const;
};

// Each file may append to, override and redefine what those before it define. Always an answer: a
// file is read up to its first error, and a rule with an error is left out.
RuleBook ReadRules(std::vector<RuleFile> files);

}  // namespace brig::rules
