// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_judge.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <set>

#include "rules/match/test_rules.h"
#include "rules/story.h"

namespace brig::rules {
namespace {

RuleJudge MakeJudge() {
  RuleBook book = ReadRules(
      {{"f",
        "- rule: Shadow read\n  desc: d\n  priority: CRITICAL\n  tags: [host, T1003.008]\n"
        "  output: shadow read by %proc.name\n"
        "  condition: evt.type = open and fd.name = /etc/shadow\n"
        "- rule: Any below etc\n  desc: d\n  priority: info\n  output: o\n"
        "  condition: evt.type = open and fd.name startswith /etc/\n"}});
  return RuleJudge("boot", *Program::Compile(std::move(book.rules)));
}

std::vector<Judgement> Judge(RuleJudge& judge, const Seen& seen) {
  std::vector<Judgement> told;
  judge.Evaluate(
      seen.event, [&] { return seen.subject; },
      [&](Judgement judgement) { told.push_back(std::move(judgement)); });
  return told;
}

TEST(RuleJudge, EveryRuleThatHoldsMakesAFinding) {
  RuleJudge judge = MakeJudge();
  const auto told = Judge(judge, Open("/etc/shadow", O_RDONLY));
  ASSERT_EQ(told.size(), 2U);
  const Finding& finding = std::get<Finding>(told[0]);
  EXPECT_EQ(finding.rule, "Shadow read");
  EXPECT_EQ(finding.sentence, "shadow read by sh");
  EXPECT_EQ(finding.severity, Severity::kCritical);
  EXPECT_EQ(finding.technique, "T1003.008");
  EXPECT_EQ(finding.invariant, Invariant::kNone);
  EXPECT_EQ(finding.subject.container.name, "web");
  EXPECT_NE(finding.id, std::get<Finding>(told[1]).id);
  EXPECT_TRUE(Judge(judge, Open("/tmp/x", O_RDONLY)).empty());
}

TEST(RuleJudge, RepeatsAreCounted) {
  RuleJudge judge = MakeJudge();
  Seen seen = Open("/etc/passwd", O_RDONLY);
  const std::string id = std::get<Finding>(Judge(judge, seen)[0]).id;
  for (int i = 0; i < 5; ++i) {
    ++seen.event.sequence;
    EXPECT_TRUE(std::holds_alternative<std::monostate>(Judge(judge, seen)[0]));
  }
  const auto repeats = judge.Flush(seen.event.boot_ns, /*all=*/true);
  ASSERT_EQ(repeats.size(), 1U);
  EXPECT_EQ(repeats[0].id, id);
  EXPECT_EQ(repeats[0].count, 6U);
}

TEST(RuleJudge, VeryManyObjectsEndInOneFinding) {
  RuleJudge judge = MakeJudge();
  std::set<std::string> ids;
  for (std::size_t i = 0; i < 3 * Repeats::kMaxObjects; ++i) {
    Seen seen = Open("/etc/f" + std::to_string(i), O_RDONLY);
    seen.event.sequence = i;
    for (const Judgement& judgement : Judge(judge, seen))
      if (const auto* finding = std::get_if<Finding>(&judgement)) ids.insert(finding->id);
  }
  EXPECT_EQ(ids.size(), Repeats::kMaxObjects + 1);
}

TEST(RuleJudge, TheStoryNamesTheRule) {
  RuleJudge judge = MakeJudge();
  const auto told = Judge(judge, Open("/etc/shadow", O_RDONLY));
  const std::string story = Tell(std::get<Finding>(told[0]), {});
  EXPECT_NE(story.find("Rule \"Shadow read\", critical, MITRE ATT&CK T1003.008."),
            std::string::npos)
      << story;
  EXPECT_EQ(story.find("Invariant"), std::string::npos);
}

}  // namespace
}  // namespace brig::rules
