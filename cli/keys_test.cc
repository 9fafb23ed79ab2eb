// SPDX-License-Identifier: Apache-2.0
#include "cli/keys.h"

#include <gtest/gtest.h>

#include <vector>

namespace brig::cli {
namespace {

std::vector<Key> KeysOf(std::string_view bytes, bool idle) {
  KeyReader reader;
  reader.Add(bytes);
  std::vector<Key> keys;
  while (const auto key = reader.Next(idle)) keys.push_back(*key);
  return keys;
}

TEST(KeyReader, KnowsArrowsInBothForms) {
  EXPECT_EQ(KeysOf("\x1b[A\x1bOB", false), (std::vector{Key::kUp, Key::kDown}));
  EXPECT_EQ(KeysOf("\x1b[5~\x1b[6~", false), (std::vector{Key::kPageUp, Key::kPageDown}));
}

TEST(KeyReader, WaitsForTheRestOfASequence) {
  KeyReader reader;
  reader.Add("\x1b");
  EXPECT_EQ(reader.Next(false), std::nullopt);
  reader.Add("[");
  EXPECT_EQ(reader.Next(false), std::nullopt);
  reader.Add("B");
  EXPECT_EQ(reader.Next(false), Key::kDown);
}

TEST(KeyReader, TakesALoneEscapeOnceNothingFollows) {
  EXPECT_EQ(KeysOf("\x1b", true), (std::vector{Key::kEscape}));
}

TEST(KeyReader, SkipsSequencesThatNobodyKnows) {
  EXPECT_EQ(KeysOf("\x1b[1;5Cq", false), (std::vector{Key::kOther, Key::kQuit}));
}

TEST(KeyReader, TellsInterruptFromQuit) {
  EXPECT_EQ(KeysOf("\x03q\r?", false),
            (std::vector{Key::kInterrupt, Key::kQuit, Key::kEnter, Key::kHelp}));
}

}  // namespace
}  // namespace brig::cli
