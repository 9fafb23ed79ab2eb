// SPDX-License-Identifier: Apache-2.0
// RuleJudge: from events to the findings of rules, as Judge does for invariants. Every rule that
// holds tells of its own. The same again (rule, container, program, object, refused or not) is
// counted. Not thread safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rules/match/matcher.h"
#include "rules/repeats.h"

namespace brig::rules {

class RuleJudge {
 public:
  RuleJudge(std::string boot_id, std::shared_ptr<const Program> program)
      : boot_id_(std::move(boot_id)), matcher_(std::move(program)) {}

  // Calls `tell` for each judgement that says something. `subject` is asked at most once, and only
  // when a rule needs it. True when some rule held, also as a repeat.
  bool Evaluate(const Event& event, const View::MakeSubject& subject,
                const std::function<void(Judgement)>& tell);
  [[nodiscard]] std::vector<FindingRepeat> Flush(std::int64_t boot_ns, bool all = false) {
    return repeats_.Flush(boot_ns, all);
  }
  [[nodiscard]] const Program& program() const { return matcher_.program(); }

 private:
  [[nodiscard]] Finding MakeFinding(const Rule& rule, const View& view, std::string object) const;

  std::string boot_id_;
  Matcher matcher_;
  Repeats repeats_;
};

}  // namespace brig::rules
