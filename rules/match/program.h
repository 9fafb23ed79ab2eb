// SPDX-License-Identifier: Apache-2.0
// All rules as one program. For every kind of event each condition is folded with what the kind
// alone decides, and what is left is shared: equal checks are one check, equal parts of conditions
// one part, each done at most once an event, cheap ones first. Of most rules a look into a table of
// texts or ports says that they cannot hold, so that many rules cost little more than few.
//
// A program never changes and may be used by many Matchers (matcher.h) at once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "rules/match/resolver.h"
#include "rules/match/tables.h"

namespace brig::rules {

inline constexpr std::size_t kMaxProgramSteps = 8'000'000;

// One check, its constants made ready.
struct Test {
  PredicateRef predicate;
  std::uint32_t left = 0;  // slot
  std::uint32_t right = 0;
  bool has_right = false;
  TextSet texts;                      // of `=`, `!=`, `in`, `intersects` on text
  std::vector<std::int64_t> numbers;  // sorted; the same on numbers
  unsigned cost = 0;
};

// A jump: test or part `what`, then on by its answer.
struct Step {
  static constexpr std::uint32_t kPart = 1U << 31;  // `what` is a part, not a test
  static constexpr std::uint32_t kYes = ~0U, kNo = ~0U - 1;
  std::uint32_t what = 0, if_true = kNo, if_false = kNo;
};

class Program {
 public:
  // The enabled rules of the book. kLimit when they are more than a program may hold.
  [[nodiscard]] static Result<std::shared_ptr<const Program>> Compile(std::vector<Rule> rules);

  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  // The operations that some rule can hold for: what the kernel programs need to send.
  [[nodiscard]] std::uint64_t operations() const;

  struct Size {
    std::size_t rules = 0, tests = 0, values = 0, parts = 0, steps = 0;
  };
  [[nodiscard]] Size size() const;
  // How rule `index` is decided, for people: its kinds of events, its table, its checks.
  [[nodiscard]] std::string Explain(std::size_t index) const;

 private:
  friend class Compiler;
  friend class Matcher;
  // What a rule needs for a kind of event: where its steps begin.
  struct Entry {
    std::uint32_t rule = 0, start = 0;
  };
  struct Kind {
    std::vector<Entry> entries;         // by rule
    std::vector<std::uint32_t> always;  // entries that no table can rule out
    std::vector<GuardTable> tables;     // entries by what a field must be
  };

  std::vector<Rule> rules_;
  std::vector<OperandRef> slots_;                   // functions behind what they are of
  std::vector<std::vector<std::uint32_t>> inputs_;  // of a slot: the slots it is a function of
  std::vector<Test> tests_;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> parts_;  // where each begins
  std::array<Kind, kKindCount> kinds_;
};

}  // namespace brig::rules
