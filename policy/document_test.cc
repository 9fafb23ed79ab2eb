// SPDX-License-Identifier: Apache-2.0
#include "policy/document.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/policy.h"

namespace brig::policy {
namespace {

std::string ErrorOf(std::string_view text) {
  const auto node = ReadDocument(text, "f");
  return node ? "" : node.error().message;
}

TEST(Document, EveryNodeKnowsItsPlace) {
  const auto root = ReadDocument("# first\nmodes:\n  I1: refuse\nlist: [a, 'b c']\n", "f");
  ASSERT_TRUE(root) << root.error().message;
  ASSERT_EQ(root->kind, Node::Kind::kMap);
  ASSERT_EQ(root->keys.size(), 2U);
  EXPECT_EQ(root->keys[1].word, "list");
  EXPECT_EQ(root->keys[1].line, 4U);
  EXPECT_EQ(root->keys[1].column, 1U);
  const Node& mode = root->items[0].items[0];
  EXPECT_EQ(mode.word, "refuse");
  EXPECT_EQ(mode.line, 3U);
  EXPECT_EQ(mode.column, 7U);
  ASSERT_EQ(root->items[1].items.size(), 2U);
  EXPECT_EQ(root->items[1].items[1].word, "b c");
}

TEST(Document, NothingIsNothing) {
  for (const std::string_view text : {"", "\n", "# only a remark\n", "---\n", "~"})
    EXPECT_EQ(ReadDocument(text, "f").value().kind, Node::Kind::kNothing) << text;
}

TEST(Document, WhatSaysNothingThatCannotBeSaidPlainlyIsRefused) {
  EXPECT_EQ(ErrorOf("a: &x 1\n"), "f:1:4: an anchor (&name): policy files have none, write it out");
  EXPECT_EQ(ErrorOf("a: !!str 1\n"),
            "f:1:4: a tag (tag:yaml.org,2002:str): policy files have none, leave it out");
  EXPECT_EQ(ErrorOf("a: 1\nb: 2\na: 3\n"), "f:3:1: a stands here a second time: line 1 has it");
  EXPECT_EQ(ErrorOf("[a]: 1\n"), "f:1:1: a key that is no word: write `key: value`");
  EXPECT_EQ(ErrorOf("? {a: b}\n: 1\n"), "f:1:3: a key that is no word: write `key: value`");
  EXPECT_EQ(ErrorOf(": 1\n").substr(0, 4), "f:1:");
  EXPECT_EQ(ErrorOf("a: 1\n---\nb: 2\n"),
            "f:3:1: a second document begins here: one file, one document");
}

TEST(Document, ABombOfAliasesEndsAtItsFirstAnchor) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i)
    bomb += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  EXPECT_EQ(ErrorOf(bomb).substr(0, 6), "f:1:5:");
}

TEST(Document, ThereAreLimits) {
  EXPECT_EQ(ErrorOf("a: " + std::string(9, '[') + std::string(9, ']')),
            "f:1:11: nested deeper than 8 levels");
  EXPECT_EQ(ErrorOf("a: " + std::string(7, '[') + std::string(7, ']')), "");
  EXPECT_EQ(ErrorOf(std::string(100'000, '[')).substr(0, 4), "f:1:");
  EXPECT_EQ(ErrorOf(std::string(100'000, '{')).substr(0, 4), "f:1:");
  EXPECT_NE(ErrorOf("a: [" + std::string(60'000, ',') + "]").substr(0, 4), "");
  std::string many = "a: [";
  for (int i = 0; i < 30'000; ++i) many += "1,";
  EXPECT_NE(ErrorOf(many + "1]").find("more than 20000 values"), std::string::npos);
  EXPECT_EQ(ErrorOf("a: " + std::string(600, 'x')), "f:1:4: a text of 600 bytes: at most 512");
  std::string keys;
  for (int i = 0; i < 70; ++i) keys += fmt::format("k{}: 1\n", i);
  EXPECT_EQ(ErrorOf(keys), "f:65:1: a map of more than 64 keys");
  EXPECT_EQ(ErrorOf(std::string(Policy::kMaxFileBytes + 1, '#')),
            "f: a file of 262145 bytes: at most 256 KiB");
}

TEST(Document, OtherThanPlainTextIsRefusedWithItsPlace) {
  EXPECT_EQ(ErrorOf(std::string_view("a: 1\nb: \0x\n", 12)),
            "f:2:4: a control character (byte 0x00): policy files are plain text");
  EXPECT_EQ(ErrorOf("\xfe\xff\0a"), "f:1:1: the file is not UTF-8 text");
  EXPECT_EQ(ErrorOf("a: \x1b[2J"),
            "f:1:4: a control character (byte 0x1b): policy files are plain text");
}

TEST(Document, WhatYamlRefusesHasAPlaceToo) {
  for (const std::string_view text : {"a: [1, 2\n", "a: b: c\n", "\tx: 1\n", "a: }\n", "a: @x\n"})
    EXPECT_EQ(ErrorOf(text).substr(0, 2), "f:") << text;
}

TEST(Document, AForgottenQuotationMarkDoesNotSwallowTheRest) {
  for (const std::string_view quote : {"'", "\""})
    EXPECT_EQ(ErrorOf(fmt::format("a: 1\nb: {}x\nc: 2", quote)).substr(0, 2), "f:") << quote;
  EXPECT_EQ(ErrorOf("a: 'x\nb: 2\n"), "f:1:4: a quotation mark that nobody closes");
  EXPECT_EQ(ReadDocument("a: 'x'\nb: 2", "f").value().items.size(), 2U);
}

}  // namespace
}  // namespace brig::policy
