// SPDX-License-Identifier: Apache-2.0
#include "cli/text.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

TEST(Safe, EscapesWhatSteersATerminal) {
  EXPECT_EQ(Safe("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(Safe("two\nlines"), "two\\x0alines");
  EXPECT_EQ(Safe("\xff\xfe"), "\\xff\\xfe");
}

TEST(Safe, ShowsCharactersThatReorderText) {
  EXPECT_EQ(Safe("safe\u202etxt.exe"), "safe\\u{202e}txt.exe");
  EXPECT_EQ(Safe("zero\u200bwidth"), "zero\\u{200b}width");
  EXPECT_EQ(Safe("grüße"), "grüße");
}

TEST(CommandLine, QuotesOnlyWhatAShellWouldSplit) {
  EXPECT_EQ(CommandLine({"sh", "-c", "echo 'hi'", ""}), "sh -c 'echo '\\''hi'\\''' ''");
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("grüße"), 5U);
  EXPECT_EQ(DisplayWidth("容器"), 4U);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1U);
}

TEST(Fit, CutsAtTheWidthAndSaysSo) {
  EXPECT_EQ(Fit("container", 9), "container");
  EXPECT_EQ(Fit("container", 5), "cont…");
  EXPECT_EQ(Fit("container", 0), "");
  // A wide character that would stick out is left out whole.
  EXPECT_EQ(Fit("容器容器", 4), "容…");
}

TEST(Pad, FillsToTheWidthOnEitherSide) {
  EXPECT_EQ(Pad("ab", 4), "ab  ");
  EXPECT_EQ(Pad("ab", 4, true), "  ab");
  EXPECT_EQ(Pad("容器", 5), "容器 ");
}

TEST(Wrap, BreaksAtSpacesAndInsideWordsThatAreTooLong) {
  EXPECT_EQ(Wrap("one two three", 8), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(Wrap("abcdefgh", 3), (std::vector<std::string>{"abc", "def", "gh"}));
  EXPECT_EQ(Wrap("", 3), (std::vector<std::string>{""}));
  EXPECT_EQ(Wrap("容器", 1), (std::vector<std::string>{"容", "器"}));
}

TEST(Numbers, ReadWellForPeople) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(1234567), "1,234,567");
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1536), "1.5 KB");
  EXPECT_EQ(HumanDuration(-5), "0s");
  EXPECT_EQ(HumanDuration(90'000'000'000), "1m");
  EXPECT_EQ(Counted(1, "finding"), "1 finding");
  EXPECT_EQ(Counted(2, "finding"), "2 findings");
}

TEST(Times, AreShortAndInUtc) {
  EXPECT_EQ(ShortTime(1'795'460'424'123'000'000), "11-23 19:00:24");
  EXPECT_EQ(ClockTime(1'795'460'424'123'000'000), "19:00:24");
  EXPECT_EQ(ShortTime(0), "-");
}

}  // namespace
}  // namespace brig::cli
