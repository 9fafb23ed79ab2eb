// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.h"

#include <gtest/gtest.h>

#include <string>

namespace brig {
namespace {

constexpr std::string_view kNames[] = {"modes", "surface", "user_namespaces", "I1", "I12"};

TEST(Nearest, IsOneSlipOrTwoAway) {
  EXPECT_EQ(Nearest("mode", kNames), "modes");
  EXPECT_EQ(Nearest("sruface", kNames), "surface");
  EXPECT_EQ(Nearest("usernamespace", kNames), "user_namespaces");
  EXPECT_EQ(Nearest("SURFACE", kNames), "surface");
  EXPECT_EQ(Nearest("I13", kNames), "I1") << "the first of two that are equally near";
}

TEST(Nearest, IsNothingWhenNothingIsNear) {
  EXPECT_EQ(Nearest("containers", kNames), "");
  EXPECT_EQ(Nearest("xy", kNames), "") << "nothing would be left of I1";
  EXPECT_EQ(Nearest(std::string(1000, 'm'), kNames), "");
  EXPECT_EQ(Nearest("modes", {}), "");
}

TEST(Nearest, WordsNameAllWhenNoneIsNear) {
  EXPECT_EQ(NearestWords("modos", kNames), "did you mean modes?");
  EXPECT_EQ(NearestWords("containers", kNames),
            "there are modes, surface, user_namespaces, I1, I12");
}

}  // namespace
}  // namespace brig
