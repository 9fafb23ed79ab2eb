// SPDX-License-Identifier: Apache-2.0
// The catalogue is whole and consistent: names, families, roads, invariants, words.
#include "drill/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "drill/spec.h"
#include "drill/words.h"

namespace brig::drill {
namespace {

// Every name that a stage can give.
const Names kAllNames = {
    {"place", "/p"},      {"run", "/r"},  {"volume", "/v"},   {"groups", "/g"}, {"file", "/f"},
    {"dir", "/d"},        {"base", "b"},  {"victim", "7"},    {"group", "g"},   {"socket", "s"},
    {"name", "n"},        {"token", "t"}, {"id", "1"},        {"kind", "k"},    {"major", "7"},
    {"minor", "0"},       {"word", "w"},  {"address", "0x1"}, {"secret", "s"},  {"handle", "1:a"},
    {"dir_handle", "1:b"}};

TEST(Catalogue, HasNinetyTechniquesAndNoNameTwice) {
  std::set<std::string_view> names;
  for (const Technique& each : Catalogue())
    EXPECT_TRUE(names.insert(each.name).second) << each.name << " stands there twice";
  EXPECT_GE(names.size(), 90U);
}

TEST(Catalogue, EachFamilyHasThreeRoadsThatNobodyNamed) {
  std::map<Family, int> unnamed;
  for (const Technique& each : Catalogue()) unnamed[each.family] += each.unnamed ? 1 : 0;
  for (std::uint8_t i = 0; i < kFamilyCount; ++i)
    EXPECT_GE(unnamed[static_cast<Family>(i)], 3) << NameOf(static_cast<Family>(i));
}

TEST(Catalogue, EachNameBeginsWithItsFamily) {
  for (const Technique& each : Catalogue())
    EXPECT_TRUE(each.name.starts_with(std::string(NameOf(each.family)) + ".")) << each.name;
}

TEST(Catalogue, EachSaysWhatItIsAndWhatHoldsIt) {
  const std::regex mitre("T[0-9]{4}(\\.[0-9]{3})?"), invariant("I([1-9]|10|11)");
  for (const Technique& each : Catalogue()) {
    SCOPED_TRACE(each.name);
    EXPECT_TRUE(std::regex_match(std::string(each.mitre), mitre)) << each.mitre;
    EXPECT_GT(each.sentence.size(), 10U);
    EXPECT_FALSE(WordsOf(each.invariants).empty());
    for (const std::string& word : WordsOf(each.invariants))
      EXPECT_TRUE(std::regex_match(word, invariant)) << word;
    EXPECT_EQ(each.why.empty(), each.best == Best::kRefused) << "what is not refused says why";
  }
}

TEST(Catalogue, EveryWordMeansSomething) {
  for (const Technique& each : Catalogue()) {
    SCOPED_TRACE(each.name);
    for (const std::string_view text : {each.act, each.twin, each.weakness, each.proof})
      EXPECT_TRUE(FillIn(text, kAllNames).has_value()) << text;
    const auto weakness = FillIn(each.weakness, kAllNames);
    ASSERT_TRUE(weakness.has_value());
    EXPECT_TRUE(ReadWeakness(*weakness).has_value()) << *weakness;
  }
}

// An oracle without its object could never say no.
TEST(Catalogue, EveryOracleHasItsObject) {
  for (const Technique& each : Catalogue()) {
    SCOPED_TRACE(each.name);
    const auto has = [&](std::string_view word) {
      const auto words = WordsOf(each.stage);
      return std::ranges::any_of(words, [&](const std::string& w) { return w.starts_with(word); });
    };
    switch (each.oracle) {
      case Oracle::kSecret:
        EXPECT_TRUE(has("file=") || has("victim") || has("serve=") || has("neighbour=") ||
                    has("uts") || has("loop") || has("log"));
        break;
      case Oracle::kChanged: EXPECT_TRUE(has("file=") || has("loop")); break;
      case Oracle::kVictim: EXPECT_TRUE(has("victim")); break;
      case Oracle::kServed: EXPECT_TRUE(has("serve=")); break;
      default: EXPECT_FALSE(each.proof.empty());
    }
  }
}

TEST(Catalogue, WhatChangesTheHostSaysSo) {
  for (const Technique& each : Catalogue()) {
    const bool own_group = each.proof.starts_with("{groups}/{group}");
    EXPECT_TRUE(each.oracle != Oracle::kSetting || own_group || each.destructive) << each.name;
  }
}

TEST(Select, TakesNamesAndFamiliesAndLeavesOutWhatChangesTheHost) {
  const auto one = Select({"mounts.root-read"}, false);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->size(), 1U);
  const auto family = Select({"exploits"}, false);
  ASSERT_TRUE(family.has_value());
  EXPECT_TRUE(family->empty());
  EXPECT_FALSE(Select({"exploits"}, true)->empty());
  EXPECT_EQ(Select({}, true)->size(), Catalogue().size());
  EXPECT_EQ(Select({"nonsense"}, true).error().code, ErrorCode::kNotFound);
}

TEST(Words, AreSplitAndFilledIn) {
  EXPECT_EQ(WordsOf("a  b=c "), (std::vector<std::string>{"a", "b=c"}));
  EXPECT_EQ(KeyAndValue("bind=/a:/b=c"), (std::pair<std::string, std::string>("bind", "/a:/b=c")));
  EXPECT_EQ(*FillIn("read {file} + {kind}", kAllNames), "read /f + k");
  EXPECT_FALSE(FillIn("{nothing}", kAllNames).has_value());
  EXPECT_FALSE(FillIn("{file", kAllNames).has_value());
}

TEST(Weakness, RefusesAWordItDoesNotKnow) {
  EXPECT_FALSE(ReadWeakness("caps=SYS_ADMIN").has_value());
  EXPECT_FALSE(ReadWeakness("bind=/etc").has_value());
  const auto weakness = ReadWeakness("cap=SYS_ADMIN bind=/etc:/host:ro host=pid");
  ASSERT_TRUE(weakness.has_value());
  EXPECT_TRUE(weakness->binds.at(0).read_only);
  EXPECT_EQ(weakness->binds.at(0).target, "/host");
}

TEST(Config, TakesAwayNothingButTheWeakness) {
  const std::string plain = MakeConfig({}, {"true"}, "/root", "/volume");
  EXPECT_EQ(plain.find("SYS_ADMIN"), std::string::npos);
  for (const char* part : {"\"pid\"", "\"network\"", "/proc/sysrq-trigger", "CAP_MKNOD"})
    EXPECT_NE(plain.find(part), std::string::npos) << part;
  const auto weak = ReadWeakness("cap=SYS_ADMIN host=pid unmasked");
  const std::string config = MakeConfig(*weak, {"true"}, "/root", "/volume");
  EXPECT_NE(config.find("CAP_SYS_ADMIN"), std::string::npos);
  EXPECT_EQ(config.find("\"pid\""), std::string::npos);
  EXPECT_EQ(config.find("/proc/sysrq-trigger"), std::string::npos);
}

}  // namespace
}  // namespace brig::drill
