// SPDX-License-Identifier: Apache-2.0
#include "cli/frame.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

TEST(Frame, ClipsAtTheRightAndBelow) {
  Frame frame(2, 6);
  frame.Put(0, 2, "abcdef");
  frame.Put(7, 0, "never seen");
  EXPECT_EQ(frame.Text(0), "  abc…");
  EXPECT_EQ(frame.Text(1), "");
}

TEST(Frame, NeverSplitsAWideCharacterAtTheEdge) {
  Frame frame(1, 4);
  frame.Put(0, 1, "容器");
  EXPECT_EQ(frame.Text(0), " 容…");
}

TEST(Frame, KeepsOnlyAFewMarksOnOneCharacter) {
  Frame frame(1, 4);
  std::string stacked = "a";
  for (int i = 0; i < 100; ++i) stacked += "\u0301";
  frame.Put(0, 0, stacked);
  EXPECT_LE(frame.Text(0).size(), 1U + 4U * 2U);
}

TEST(Frame, SwitchesStylesOnlyWhereTheyChange) {
  Frame frame(1, 4);
  frame.Put(0, 0, "ab", Style::kHigh);
  frame.Put(0, 2, "cd");
  EXPECT_EQ(frame.Codes(0), "\x1b[0m\x1b[0m\x1b[31mab\x1b[0mcd\x1b[0m");
}

TEST(Frame, PutsTextAtTheRightOnlyWhereThereIsRoom) {
  Frame frame(1, 8);
  frame.PutRight(0, 6, "long");
  EXPECT_EQ(frame.Text(0), "");
  frame.PutRight(0, 3, "abc");
  EXPECT_EQ(frame.Text(0), "     abc");
}

}  // namespace
}  // namespace brig::cli
