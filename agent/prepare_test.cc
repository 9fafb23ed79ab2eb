// SPDX-License-Identifier: Apache-2.0
#include "agent/prepare.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace brig::agent {
namespace {

class PrepareTest : public testing::Test {
 protected:
  PrepareTest() {
    std::string path = testing::TempDir() + "prepare.XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
    options_.state = path + "/state";
    options_.run = path + "/run";
  }
  ~PrepareTest() override { std::filesystem::remove_all(directory_); }
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: directories must belong to it";
  }

  static unsigned ModeOf(const std::string& path) {
    struct stat info{};
    EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777;
  }
  // Makes a directory with a file in it.
  static void Fill(const std::string& path, const char* file) {
    std::filesystem::create_directories(path);
    std::ofstream(path + "/" + file) << "x";
    EXPECT_EQ(::chmod(path.c_str(), 0755), 0);
  }

  std::filesystem::path directory_;
  Options options_;
};

TEST_F(PrepareTest, MakesItsDirectoriesAndTakesThemAgain) {
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(Prepare(options_));
    EXPECT_EQ(ModeOf(options_.state), 02750U);
    EXPECT_EQ(ModeOf(options_.state + "/signer"), 0700U);
    EXPECT_EQ(ModeOf(options_.run), 0750U);
  }
}

TEST_F(PrepareTest, LeavesADirectoryOfSomebodyElseAsItIs) {
  for (std::string* place : {&options_.state, &options_.run}) {
    const std::string before = *place;
    *place = directory_.string() + "/shared";
    Fill(*place, "important");
    const auto prepared = Prepare(options_);
    ASSERT_FALSE(prepared);
    EXPECT_NE(prepared.error().message.find("/shared/brig"), std::string::npos);
    EXPECT_EQ(ModeOf(*place), 0755U);
    *place = before;
  }
}

TEST_F(PrepareTest, TakesAnEmptyFilesystemAndAStateOfBefore) {
  std::filesystem::create_directories(options_.state + "/lost+found");
  EXPECT_TRUE(Prepare(options_));
  EXPECT_EQ(::chmod(options_.state.c_str(), 0755), 0);  // it holds our lock
  EXPECT_TRUE(Prepare(options_));
  EXPECT_EQ(ModeOf(options_.state), 02750U);
}

TEST_F(PrepareTest, SaysThatALinkIsOne) {
  std::filesystem::create_directories(directory_ / "real");
  std::filesystem::create_symlink("real", directory_ / "state");
  const auto prepared = Prepare(options_);
  ASSERT_FALSE(prepared);
  EXPECT_NE(prepared.error().message.find("is a symbolic link"), std::string::npos);
}

}  // namespace
}  // namespace brig::agent
