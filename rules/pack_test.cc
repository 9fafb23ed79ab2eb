// SPDX-License-Identifier: Apache-2.0
// brig's own rules: each fires for its acts and for nothing else of its file of examples, and no
// rule is without an example.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "rules/match/matcher.h"
#include "rules/rule_book.h"
#include "rules/rule_test_file.h"

namespace brig::rules {
namespace {

std::string Read(const std::string& name) {
  std::ifstream file(std::string(BRIG_TESTDATA) + "/../pack/" + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Pack, EveryRuleFiresForItsExamplesAlone) {
  RuleBook book = ReadRules({{"brig_rules.yaml", Read("brig_rules.yaml")}});
  for (const Remark& remark : book.remarks) ADD_FAILURE() << book.set.sources.Show(remark);
  Sources sources;
  const std::uint32_t file = sources.Add("brig_rules_test.yaml", Read("brig_rules_test.yaml"));
  const auto read = ReadRuleTests(sources, file);
  const auto* error = std::get_if<Remark>(&read);
  ASSERT_EQ(error, nullptr) << sources.Show(*error);
  const auto program = Program::Compile(std::move(book.rules));
  ASSERT_TRUE(program);
  Matcher matcher(*program);
  std::set<std::string> fired_ever;
  for (const RuleTest& test : std::get<std::vector<RuleTest>>(read)) {
    std::vector<std::string> fired;
    for (const std::uint32_t rule : matcher.Match(View(test.event, test.subject)))
      fired.push_back((*program)->rules()[rule].name);
    EXPECT_EQ(fired, test.fires) << test.name;
    fired_ever.insert(fired.begin(), fired.end());
  }
  for (const Rule& rule : (*program)->rules()) {
    EXPECT_FALSE(rule.technique.empty()) << rule.name;
    EXPECT_TRUE(fired_ever.contains(rule.name)) << rule.name;
  }
}

TEST(Pack, MistakesInExamplesAreTold) {
  const auto error = [](const std::string& text) {
    Sources sources;
    const auto read = ReadRuleTests(sources, sources.Add("f", text));
    const auto* remark = std::get_if<Remark>(&read);
    return remark == nullptr ? "" : sources.Words(remark->place) + ": " + remark->text;
  };
  EXPECT_EQ(error("- {event: exec, fires: []}"), "");
  EXPECT_EQ(error("- {event: exec}"), "f:1:3: `fires:` says which rules must fire, or []");
  EXPECT_EQ(error("- {evnt: exec, fires: []}").substr(0, 33), "f:1:4: a test has no key evnt: di");
  EXPECT_NE(error("- {event: exce, fires: []}").find("wants an operation"), std::string::npos);
  EXPECT_NE(error("- {event: open, path: /x, flags: [O_X], fires: []}").find("O_X is no flag"),
            std::string::npos);
}

}  // namespace
}  // namespace brig::rules
