// SPDX-License-Identifier: Apache-2.0
#include "cli/time_point.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace brig::cli {
namespace {

constexpr std::int64_t kNow = 1'795'460'424'000'000'000;  // 2026-11-23T19:00:24Z
constexpr std::int64_t kSecond = 1'000'000'000;

// The time as text, or "" for one that does not parse.
std::string At(std::string_view text) {
  const auto time = ParseTime(text, kNow);
  return time ? FormatTime(*time) : "";
}

TEST(ParseTime, CountsBackFromNow) {
  EXPECT_EQ(ParseTime("now", kNow), kNow);
  EXPECT_EQ(ParseTime("10m", kNow), kNow - 600 * kSecond);
  EXPECT_EQ(ParseTime("2h", kNow), kNow - 7200 * kSecond);
  EXPECT_EQ(ParseTime("1w", kNow), kNow - 7 * 86400 * kSecond);
}

TEST(ParseTime, ReadsDatesAsUtc) {
  EXPECT_EQ(At("2026-11-23"), "2026-11-23T00:00:00.000Z");
  EXPECT_EQ(At("2026-11-23T18:30"), "2026-11-23T18:30:00.000Z");
  EXPECT_EQ(At("2026-11-23 18:30:05"), "2026-11-23T18:30:05.000Z");
  EXPECT_EQ(At("2026-11-23T18:30:05.25Z"), "2026-11-23T18:30:05.250Z");
}

TEST(ParseTime, TakesAZone) {
  EXPECT_EQ(At("2026-11-23T20:30+02:00"), "2026-11-23T18:30:00.000Z");
  EXPECT_EQ(At("2026-11-23T13:30-05:00"), "2026-11-23T18:30:00.000Z");
}

TEST(ParseTime, TakesATimeOfDayAsTheLastOne) {
  EXPECT_EQ(At("18:30"), "2026-11-23T18:30:00.000Z");
  EXPECT_EQ(At("19:30"), "2026-11-22T19:30:00.000Z");
}

TEST(ParseTime, ReadsBackWhatBrigPrints) {
  const std::string printed = FormatTime(kNow + 123'000'000);
  EXPECT_EQ(At(printed), printed);
}

TEST(ParseTime, RefusesEverythingElse) {
  for (const char* text :
       {"", "m", "-5m", "10", "10x", "99999999999m", "2026-13-01", "2026-02-30", "2026-11-23T",
        "2026-11-23T25:00", "2026-11-23T18:30Zx", "18:3", "tomorrow", "2026-11-23T18:30:05."})
    EXPECT_EQ(At(text), "") << text;
}

TEST(ParseTime, SaysWhatWouldDo) {
  const auto time = ParseTime("soon", kNow);
  ASSERT_FALSE(time);
  EXPECT_NE(time.error().message.find("10m"), std::string::npos);
}

}  // namespace
}  // namespace brig::cli
