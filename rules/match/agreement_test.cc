// SPDX-License-Identifier: Apache-2.0
// The matcher agrees with the reference: on conditions made by chance, over events made by chance.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "rules/match/matcher.h"
#include "rules/match/test_chance.h"
#include "rules/match/test_rules.h"

namespace brig::rules {
namespace {

// Rules and events of one seed; a disagreement is told with the condition.
void Agree(std::uint64_t seed) {
  Chance chance(seed);
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += fmt::format(
        "- rule: r{}\n  desc: d\n  output: o\n  priority: info\n"
        "  warn_evttypes: false\n  condition: >\n    {}\n",
        i, chance.Condition(4));
  const RuleBook book = ReadRules({{"seed", text}});
  for (const Remark& remark : book.remarks)
    ASSERT_NE(remark.kind, RemarkKind::kError) << book.set.sources.Show(remark) << text;
  const auto program = Program::Compile(book.rules);
  ASSERT_TRUE(program);
  Matcher matcher(*program);
  for (int i = 0; i < 60; ++i) {
    const Seen seen = chance.Event();
    const View view(seen.event, seen.subject);
    if (NamesOf(view.kind()).empty()) continue;  // losses are no events to rules
    const auto fired = matcher.Match(view);
    for (std::uint32_t rule = 0; rule < book.rules.size(); ++rule) {
      const bool expected = Holds(*book.rules[rule].condition, view);
      const bool found = std::ranges::find(fired, rule) != fired.end();
      ASSERT_EQ(found, expected) << "seed " << seed << ", event " << i << ", rule " << rule << "\n"
                                 << Joined(book.set.rules[rule].condition) << "\n"
                                 << (*program)->Explain(rule);
    }
  }
}

TEST(Agreement, MatcherAndReferenceAgree) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Agree(seed);
    if (HasFatalFailure()) return;
  }
}

TEST(Agreement, FirstMatchIsTheFirstRule) {
  const RuleBook book = ReadRules({{"f",
                                    "- rule: a\n  desc: d\n  output: o\n  priority: info\n"
                                    "  condition: evt.type = open and fd.name startswith /etc\n"
                                    "- rule: b\n  desc: d\n  output: o\n  priority: info\n"
                                    "  condition: evt.type = open and proc.name = sh\n"}});
  const auto program = Program::Compile(book.rules);
  ASSERT_TRUE(program);
  Matcher matcher(*program);
  const Seen seen = Open("/etc/x", O_RDONLY);
  const View view(seen.event, seen.subject);
  EXPECT_EQ(matcher.Match(view).size(), 2U);
  ASSERT_EQ(matcher.Match(view, /*first_only=*/true).size(), 1U);
  EXPECT_EQ(matcher.Match(view, true)[0], 0U);
}

TEST(Agreement, AsksForNobodyWhereNoRuleCares) {
  const RuleBook book = ReadRules({{"f",
                                    "- rule: a\n  desc: d\n  output: o\n  priority: info\n"
                                    "  condition: evt.type = open and fd.name = /etc/shadow and "
                                    "proc.pname = nginx\n"}});
  const auto program = Program::Compile(book.rules);
  ASSERT_TRUE(program);
  EXPECT_EQ((*program)->operations(), 1ULL << static_cast<unsigned>(Operation::kOpen));
  Matcher matcher(*program);
  int asked = 0;
  const Seen other = Open("/etc/passwd", O_RDONLY);
  const View::MakeSubject make = [&] {
    ++asked;
    return other.subject;
  };
  EXPECT_TRUE(matcher.Match(View(other.event, make)).empty());
  EXPECT_EQ(asked, 0);
  const Seen shadow = Open("/etc/shadow", O_RDONLY);
  EXPECT_EQ(matcher.Match(View(shadow.event, make)).size(), 1U);
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace brig::rules
