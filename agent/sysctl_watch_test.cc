// SPDX-License-Identifier: Apache-2.0
#include "agent/sysctl_watch.h"

#include <gtest/gtest.h>

namespace brig::agent {
namespace {

using sensor::SysctlWrite;

constexpr std::size_t kModprobe = 0, kCorePattern = 1;

SysctlWrite Writes(std::uint64_t count, std::string value, bool whole = true) {
  return {.count = count, .whole = whole, .pid = 7, .command = "sysctl", .value = std::move(value)};
}

// Both looks at the notes saw the same.
SysctlWatch::Reading Read(const std::string& text, const SysctlWrite& writes = {}) {
  return {writes, text, writes};
}

TEST(SysctlWatch, BelievesTheFirstReading) {
  SysctlWatch watch(true);
  EXPECT_FALSE(watch.Take(kModprobe, Read("/sbin/modprobe")));
  EXPECT_FALSE(watch.Take(kModprobe, Read("/sbin/modprobe")));
  EXPECT_TRUE(watch.Notes().empty());
}

TEST(SysctlWatch, TellsAChangeThatNobodyWroteAtTheSecondLook) {
  SysctlWatch watch(true);
  (void)watch.Take(kModprobe, Read("/sbin/modprobe"));
  EXPECT_FALSE(watch.Take(kModprobe, Read("/tmp/evil")));
  EXPECT_TRUE(watch.doubtful());
  const auto notice = watch.Take(kModprobe, Read("/tmp/evil"));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->what, "setting_by_nobody");
  EXPECT_NE(notice->text.find("kernel.modprobe was \"/sbin/modprobe\" and is \"/tmp/evil\""),
            std::string::npos)
      << notice->text;
  EXPECT_FALSE(watch.doubtful());
  EXPECT_FALSE(watch.Take(kModprobe, Read("/tmp/evil"))) << "told once";
  ASSERT_EQ(watch.Notes().size(), 1U);
}

TEST(SysctlWatch, TellsWhoWroteAChange) {
  SysctlWatch watch(true);
  (void)watch.Take(kCorePattern, Read("core"));
  const auto notice = watch.Take(kCorePattern, Read("|/bin/dump %p", Writes(1, "|/bin/dump %p\n")));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->what, "setting_written");
  EXPECT_NE(notice->text.find("written by sysctl (pid 7)"), std::string::npos) << notice->text;
  EXPECT_TRUE(watch.Notes().empty());
}

TEST(SysctlWatch, AWriteThatLandsAfterItWasNotedIsNoForgery) {
  SysctlWatch watch(true);
  (void)watch.Take(kCorePattern, Read("core"));
  EXPECT_FALSE(watch.Take(kCorePattern, Read("core", Writes(1, "new"))));
  const auto notice = watch.Take(kCorePattern, Read("new", Writes(1, "new")));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->what, "setting_written");
}

TEST(SysctlWatch, AForgeryBesideAWriteIsTold) {
  SysctlWatch watch(true);
  (void)watch.Take(kCorePattern, Read("core"));
  EXPECT_FALSE(watch.Take(kCorePattern, Read("|/tmp/evil", Writes(1, "harmless"))));
  const auto notice = watch.Take(kCorePattern, Read("|/tmp/evil", Writes(1, "harmless")));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->what, "setting_by_nobody");
}

TEST(SysctlWatch, HalfAWriteIsNotJudged) {
  SysctlWatch watch(true);
  (void)watch.Take(kCorePattern, Read("core"));
  SysctlWrite noting = Writes(1, "ne");
  noting.settled = false;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(watch.Take(kCorePattern, {noting, "nere", noting}));
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(watch.Take(kCorePattern, {Writes(1, "a"), "nere", Writes(2, "new")}));
  // The text is half new in one reading, and whole in the next.
  EXPECT_FALSE(watch.Take(kCorePattern, Read("nere", Writes(2, "new"))));
  const auto notice = watch.Take(kCorePattern, Read("new", Writes(2, "new")));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->what, "setting_written");
}

TEST(SysctlWatch, KnowsThatTheKernelCutsWhatItKeeps) {
  SysctlWatch watch(true);
  (void)watch.Take(kCorePattern, Read("core"));
  const std::string kept(127, 'x');
  const auto cut = watch.Take(kCorePattern, Read(kept, Writes(1, kept + "yyy")));
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->what, "setting_written");
  const auto line = watch.Take(kCorePattern, Read("one", Writes(2, "one\ntwo")));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->what, "setting_written");
  EXPECT_FALSE(watch.Take(kCorePattern, Read("o", Writes(2, "one"))));
  EXPECT_TRUE(watch.Take(kCorePattern, Read("o", Writes(2, "one")))->what == "setting_by_nobody");
}

TEST(SysctlWatch, AWriteWhoseTextIsNotKnownExplainsOneChange) {
  SysctlWatch watch(true);
  (void)watch.Take(kCorePattern, Read("core"));
  ASSERT_TRUE(watch.Take(kCorePattern, Read("corX", Writes(1, "X", false))));
  EXPECT_FALSE(watch.Take(kCorePattern, Read("evil", Writes(1, "X", false))));
  const auto notice = watch.Take(kCorePattern, Read("evil", Writes(1, "X", false)));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->what, "setting_by_nobody");
}

TEST(SysctlWatch, AccusesNobodyWhenWritesAreNotSeen) {
  SysctlWatch watch(false);
  (void)watch.Take(kModprobe, Read("/sbin/modprobe"));
  (void)watch.Take(kModprobe, Read("/usr/sbin/modprobe"));
  const auto notice = watch.Take(kModprobe, Read("/usr/sbin/modprobe"));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->what, "setting_changed");
  ASSERT_EQ(watch.Notes().size(), 1U);
  EXPECT_NE(watch.Notes().front().find("are not seen"), std::string::npos);
}

TEST(SysctlWatch, AProperWriteEndsTheNote) {
  SysctlWatch watch(true);
  (void)watch.Take(kModprobe, Read("/sbin/modprobe"));
  (void)watch.Take(kModprobe, Read("/tmp/evil"));
  (void)watch.Take(kModprobe, Read("/tmp/evil"));
  EXPECT_FALSE(watch.Notes().empty());
  EXPECT_TRUE(watch.Take(kModprobe, Read("/sbin/modprobe", Writes(1, "/sbin/modprobe\n"))));
  EXPECT_TRUE(watch.Notes().empty());
}

TEST(SysctlWatch, TextsFromOutsideAreEscaped) {
  SysctlWatch watch(true);
  (void)watch.Take(kModprobe, Read("/sbin/modprobe"));
  (void)watch.Take(kModprobe, Read("\x1b[2J"));
  const auto notice = watch.Take(kModprobe, Read("\x1b[2J"));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->text.find('\x1b'), std::string::npos);
}

TEST(SysctlWatch, TellsThatFtraceIsOffAtTheStart) {
  SysctlWatch watch(true);
  const auto notice = watch.Take(sensor::kSysctlFtrace, Read("0"));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->what, "ftrace_off");
  EXPECT_FALSE(watch.Take(sensor::kSysctlFtrace, Read("0")));
  EXPECT_EQ(watch.Notes().size(), 1U);
  EXPECT_EQ(watch.Take(sensor::kSysctlFtrace, Read("1", Writes(1, "1")))->what, "ftrace_on");
  EXPECT_TRUE(watch.Notes().empty());
}

TEST(SysctlWatch, TellsWhoSwitchedFtraceOffAndWhoTriedTo) {
  SysctlWatch watch(true);
  EXPECT_FALSE(watch.Take(sensor::kSysctlFtrace, Read("1")));
  SysctlWrite refused = Writes(2, "0\n");
  refused.refused = 2;
  const auto tried = watch.Take(sensor::kSysctlFtrace, Read("1", refused));
  ASSERT_TRUE(tried);
  EXPECT_EQ(tried->what, "ftrace_refused");
  EXPECT_NE(tried->text.find("2 attempts"), std::string::npos);
  EXPECT_FALSE(watch.Take(sensor::kSysctlFtrace, Read("1", refused)));
  SysctlWrite off = Writes(3, "0");
  off.refused = 2;
  const auto notice = watch.Take(sensor::kSysctlFtrace, Read("0", off));
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->what, "ftrace_off");
  EXPECT_NE(notice->text.find("written by sysctl (pid 7)"), std::string::npos) << notice->text;
}

}  // namespace
}  // namespace brig::agent
