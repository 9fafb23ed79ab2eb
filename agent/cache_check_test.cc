// SPDX-License-Identifier: Apache-2.0
// Nobody but the kernel can make pages differ from their disk, so here another file is the disk.
// tests/guest/integrity_test.py shows it with the real thing.
#include "agent/cache_check.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"

namespace brig::agent {
namespace {

class Comparing : public testing::Test {
 protected:
  Comparing() {
    char name[] = "/tmp/brig-cache-XXXXXX";
    directory_ = ::mkdtemp(name);
    Write("program", std::string(kBytes, 'a'));
    Write("program.disk", std::string(kBytes, 'a'));
  }
  ~Comparing() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, const std::string& content) {
    ASSERT_TRUE(ReplaceFile(directory_ + "/" + name, content));
  }
  // Changes one byte in place, as nobody who writes a new version of a program does.
  void Change(const std::string& name, std::uint64_t offset) {
    const auto file = OpenFile(directory_ + "/" + name, O_WRONLY);
    ASSERT_EQ(::pwrite(file->get(), "b", 1, static_cast<off_t>(offset)), 1);
  }

  CacheCheck Check() {
    return CacheCheck([this] { return Executables{{directory_ + "/program"}, left_out_}; },
                      [](const std::string& path) { return OpenFile(path + ".disk", O_RDONLY); });
  }
  // All of it, twice, because a difference is told at the second look.
  std::vector<CacheCheck::Difference> Run(CacheCheck& check, int rounds = 1) {
    std::vector<CacheCheck::Difference> found;
    for (int i = 0; i < rounds * 12; ++i)
      if (auto difference = check.Step()) found.push_back(*std::move(difference));
    return found;
  }

  static constexpr std::size_t kBytes = (5 << 20) + 777;
  std::string directory_;
  std::size_t left_out_ = 0;
};

TEST_F(Comparing, SameContentIsNoDifference) {
  CacheCheck check = Check();
  EXPECT_TRUE(Run(check, 2).empty());
  EXPECT_TRUE(check.Notes().empty());
}

TEST_F(Comparing, FindsOneByteWhereverItIs) {
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{131071}, std::uint64_t{131072},
                                     std::uint64_t{4} << 20, std::uint64_t{kBytes - 1}}) {
    Write("program.disk", std::string(kBytes, 'a'));
    Change("program.disk", offset);
    CacheCheck check = Check();
    const auto found = Run(check);
    ASSERT_EQ(found.size(), 1U) << offset;
    EXPECT_EQ(found.front().offset, offset);
    EXPECT_EQ(found.front().path, directory_ + "/program");
    ASSERT_EQ(check.Notes().size(), 1U);
  }
}

TEST_F(Comparing, ADifferenceIsToldOnceUntilItIsGone) {
  Change("program.disk", 4096);
  CacheCheck check = Check();
  EXPECT_EQ(Run(check, 3).size(), 1U);
  Write("program.disk", std::string(kBytes, 'a'));
  EXPECT_TRUE(Run(check, 2).empty());
  EXPECT_TRUE(check.Notes().empty());
  Change("program.disk", 4096);
  EXPECT_EQ(Run(check, 2).size(), 1U);
}

TEST_F(Comparing, AFileThatIsWrittenMeanwhileIsNotAccused) {
  CacheCheck check = Check();
  Change("program.disk", 100);
  EXPECT_FALSE(check.Step());  // the first look at a difference
  Change("program", 100);      // the write that explains it: the times change too
  EXPECT_TRUE(Run(check, 2).empty());
  EXPECT_TRUE(check.Notes().empty());
}

TEST_F(Comparing, AReplacedFileIsNotAccused) {
  CacheCheck check = Check();
  Write("program.disk", std::string(kBytes, 'c'));
  EXPECT_FALSE(check.Step());
  Write("program", std::string(kBytes, 'c'));  // a package's upgrade: a new file of that name
  EXPECT_TRUE(Run(check, 2).empty());
}

TEST_F(Comparing, AFileWithoutADiskIsSkippedAndTold) {
  CacheCheck check([this] { return Executables{{directory_ + "/program"}, 0}; },
                   [](const std::string&) -> Result<UniqueFd> {
                     return Fail(ErrorCode::kUnsupported, "tmpfs has no disk");
                   });
  EXPECT_TRUE(Run(check).empty());
  ASSERT_EQ(check.Notes().size(), 1U);
  EXPECT_NE(check.Notes().front().find("tmpfs has no disk"), std::string::npos);
}

TEST_F(Comparing, WhatIsLeftOutIsTold) {
  left_out_ = 3;
  CacheCheck check = Check();
  Run(check);
  ASSERT_EQ(check.Notes().size(), 1U);
  EXPECT_EQ(check.Notes().front().substr(0, 2), "3 ");
}

TEST_F(Comparing, AFileThatVanishesEndsNothing) {
  CacheCheck check = Check();
  EXPECT_FALSE(check.Step());
  std::filesystem::remove(directory_ + "/program");
  EXPECT_TRUE(Run(check).empty());
}

TEST(OpenDirect, RefusesAFileOnTmpfs) {
  const std::string path = "/dev/shm/brig-cache-test";
  ASSERT_TRUE(ReplaceFile(path, "content"));
  const auto disk = CacheCheck::OpenDirect(path);
  EXPECT_FALSE(disk);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace brig::agent
