// SPDX-License-Identifier: Apache-2.0
#include "agent/executables.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"

namespace brig::agent {
namespace {

class Programs : public testing::Test {
 protected:
  Programs() {
    char name[] = "/tmp/brig-executables-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  ~Programs() override { std::filesystem::remove_all(directory_); }

  std::string Make(const std::string& name, std::uint64_t size, unsigned mode = 0755) {
    const std::string path = directory_ + "/" + name;
    const auto file = OpenFile(path, O_CREAT | O_WRONLY, 0755);
    EXPECT_EQ(::ftruncate(file->get(), static_cast<off_t>(size)), 0);
    EXPECT_EQ(::fchmod(file->get(), mode), 0);
    return path;
  }

  // Of our directory only: the test program itself is always among them.
  std::vector<std::string> Find(const std::string& modprobe = "") {
    found_ = FindExecutables({directory_}, modprobe);
    std::vector<std::string> ours;
    for (const std::string& path : found_.paths)
      if (path.starts_with(directory_)) ours.push_back(path);
    return ours;
  }

  std::string directory_;
  Executables found_;
};

TEST_F(Programs, RuntimesAndShimsAreFoundAndOthersAreNot) {
  const std::string runc = Make("runc", 10);
  const std::string shim = Make("containerd-shim-runc-v2", 20);
  Make("ls", 5);
  Make("runc.old", 5);
  EXPECT_EQ(Find(), (std::vector{runc, shim}));
}

TEST_F(Programs, WhatRunsAsRootComesAfterTheRuntimes) {
  if (::geteuid() != 0) GTEST_SKIP() << "not root: cannot make a set-uid program of root's";
  const std::string su = Make("su", 1, 04755);
  const std::string runc = Make("runc", 10);
  EXPECT_EQ(Find(), (std::vector{runc, su}));
}

TEST_F(Programs, TheOneThatTheKernelStartsIsAmongThem) {
  const std::string program = Make("kmod", 3);
  EXPECT_EQ(Find(program), std::vector{program});
  EXPECT_TRUE(Find("kmod").empty()) << "a relative path is no program of the kernel";
  EXPECT_TRUE(Find(directory_ + "/absent").empty());
}

TEST_F(Programs, AFileOfTwoNamesIsListedOnce) {
  const std::string runc = Make("runc", 10);
  ASSERT_EQ(::symlink(runc.c_str(), (directory_ + "/crun").c_str()), 0);
  EXPECT_EQ(Find().size(), 1U);
}

TEST_F(Programs, ThereIsALimitOfNumberAndOfSize) {
  for (std::size_t i = 0; i < kMaxExecutables + 5; ++i)
    Make("containerd-shim" + std::to_string(i), 1);
  Find();
  EXPECT_EQ(found_.paths.size(), kMaxExecutables);
  EXPECT_EQ(found_.left_out, 6U);  // one is the test program
  for (const auto& entry : std::filesystem::directory_iterator(directory_))
    std::filesystem::remove(entry);
  Make("runc", kMaxExecutableBytes);
  EXPECT_TRUE(Find().empty());
  EXPECT_EQ(found_.left_out, 1U);
}

TEST_F(Programs, OnlyFilesCount) {
  ASSERT_EQ(::mkfifo((directory_ + "/runc").c_str(), 0755), 0);
  ASSERT_EQ(::mkdir((directory_ + "/crun").c_str(), 0755), 0);
  EXPECT_TRUE(Find().empty());
}

}  // namespace
}  // namespace brig::agent
