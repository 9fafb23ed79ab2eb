// SPDX-License-Identifier: Apache-2.0
// Every byte counts: each flip, each cut, each file gone or exchanged is found.
#include "ledger/verify_for_test.h"

namespace brig::ledger {
namespace {

TEST_F(VerifyTest, FindsEveryFlippedByteOfEveryFile) {
  std::size_t flips = 0;
  for (const std::string& name : Files()) {
    for (std::size_t i = 0; i < Content(name).size(); ++i) {
      const auto bit = static_cast<std::byte>(1 << (i % 8));
      Content(name)[i] ^= bit;
      ASSERT_TRUE(Finds()) << name << " offset " << i;
      Content(name)[i] ^= bit;
      ++flips;
    }
  }
  EXPECT_GT(flips, 10000U);
  EXPECT_FALSE(Finds());
}

TEST_F(VerifyTest, FindsEveryCutOfEveryFile) {
  for (const std::string& name : Files()) {
    const Bytes whole = Content(name);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      Content(name).resize(length);
      ASSERT_TRUE(Finds()) << name << " cut to " << length;
      Content(name) = whole;
    }
    Content(name).push_back(std::byte{0});
    EXPECT_TRUE(Finds()) << name << " with a byte added";
    Content(name) = whole;
  }
}

TEST_F(VerifyTest, FindsEachMissingFile) {
  for (const std::string& name : Files()) {
    const auto node = disk_.names().extract(kTestDirectory + "/" + name);
    EXPECT_TRUE(Finds()) << name;
    disk_.names()[kTestDirectory + "/" + name] = node.mapped();
  }
  EXPECT_FALSE(Finds());
}

TEST_F(VerifyTest, FindsEachFileExchangedForAnother) {
  for (const std::string& one : Files()) {
    for (const std::string& other : Files()) {
      if (one >= other) continue;
      std::swap(Content(one), Content(other));
      EXPECT_TRUE(Finds()) << one << " and " << other;
      std::swap(Content(one), Content(other));
    }
  }
}

}  // namespace
}  // namespace brig::ledger
