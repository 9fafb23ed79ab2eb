// SPDX-License-Identifier: Apache-2.0
#include "agent/owned_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "model/event.h"

namespace brig::agent {
namespace {

constexpr uid_t kAlice = 12345, kBob = 12346;

class OwnedFile : public testing::Test {
 protected:
  OwnedFile() {
    std::string path = testing::TempDir() + "owned.XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    root_ = path;
    Directory("a/b", 0);
    File("a/b/status", 0);
  }
  ~OwnedFile() override { std::filesystem::remove_all(root_); }
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  }

  void Directory(const std::string& name, uid_t owner, mode_t mode = 0755) {
    std::filesystem::create_directories(At(name));
    Give(name, owner, mode);
  }
  void File(const std::string& name, uid_t owner, mode_t mode = 0644) {
    std::ofstream(At(name)) << "hello";
    Give(name, owner, mode);
  }
  void Give(const std::string& name, uid_t owner, mode_t mode, gid_t group = 0) {
    ASSERT_EQ(::chown(At(name).c_str(), owner, group), 0);
    ASSERT_EQ(::chmod(At(name).c_str(), mode), 0);
  }
  void Link(const std::string& target, const std::string& name, uid_t owner) {
    ASSERT_EQ(::symlink(target.c_str(), At(name).c_str()), 0);
    ASSERT_EQ(::lchown(At(name).c_str(), owner, 0), 0);
  }
  std::string At(const std::string& name) { return root_ / name; }
  std::uint32_t OwnerOf(const std::string& name) {
    const auto file = ReadOwnedFile(At(name), 100);
    EXPECT_TRUE(file) << file.error().message;
    if (!file) return kUnsetId - 1;
    EXPECT_EQ(file->content, "hello");
    return file->owner;
  }
  std::filesystem::path root_;
};

TEST_F(OwnedFile, IsRootsWhenNobodyElseOwnsAnythingOnTheWay) {
  EXPECT_EQ(OwnerOf("a/b/status"), 0U);
}

TEST_F(OwnedFile, IsTheUsersWhoOwnsIt) {
  Give("a/b/status", kAlice, 0600);
  EXPECT_EQ(OwnerOf("a/b/status"), kAlice);
}

TEST_F(OwnedFile, IsTheUsersWhoOwnsADirectoryAboveIt) {
  Give("a", kAlice, 0700);
  EXPECT_EQ(OwnerOf("a/b/status"), kAlice) << "she could rename b and put another there";
}

TEST_F(OwnedFile, OfTwoUsersIsNobodys) {
  Give("a", kAlice, 0755);
  Give("a/b/status", kBob, 0600);
  EXPECT_EQ(OwnerOf("a/b/status"), kUnsetId);
}

TEST_F(OwnedFile, ThatOthersMayWriteIsNobodys) {
  Give("a/b/status", 0, 0646);
  EXPECT_EQ(OwnerOf("a/b/status"), kUnsetId);
  Give("a/b/status", 0, 0664, 50);
  EXPECT_EQ(OwnerOf("a/b/status"), kUnsetId);
  Give("a/b/status", kAlice, 0664, kAlice);
  EXPECT_EQ(OwnerOf("a/b/status"), kAlice) << "her own group";
}

TEST_F(OwnedFile, BelowASharedDirectoryIsNobodysUnlessItIsSticky) {
  Give("a", 0, 0777);
  EXPECT_EQ(OwnerOf("a/b/status"), kUnsetId);
  Give("a", 0, 01777);
  EXPECT_EQ(OwnerOf("a/b/status"), 0U);
}

TEST_F(OwnedFile, IsReachedThroughLinksOfRootOnly) {
  Link("a/b", "by-root", 0);
  EXPECT_EQ(OwnerOf("by-root/status"), 0U);
  Link(At("a/b/status"), "absolute", 0);
  EXPECT_EQ(OwnerOf("absolute"), 0U);
  Link("a/b", "by-alice", kAlice);
  EXPECT_EQ(ReadOwnedFile(At("by-alice/status"), 100).error().code, ErrorCode::kDenied);
  Directory("home", kAlice);
  Link(At("a/b"), "home/link", 0);
  EXPECT_EQ(ReadOwnedFile(At("home/link/status"), 100).error().code, ErrorCode::kDenied)
      << "a link of root's that she moved there";
}

TEST_F(OwnedFile, HasLimits) {
  EXPECT_EQ(ReadOwnedFile(At("a/b/status"), 4).error().code, ErrorCode::kLimit);
  Link("loop", "loop", 0);
  EXPECT_EQ(ReadOwnedFile(At("loop"), 100).error().code, ErrorCode::kLimit);
  EXPECT_EQ(ReadOwnedFile(At("a/../a/b/status"), 100).error().code, ErrorCode::kDenied);
}

TEST_F(OwnedFile, IsARegularFile) {
  EXPECT_EQ(ReadOwnedFile(At("a/b"), 100).error().code, ErrorCode::kInvalid);
  ASSERT_EQ(::mkfifo(At("fifo").c_str(), 0600), 0);
  EXPECT_EQ(ReadOwnedFile(At("fifo"), 100).error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(ReadOwnedFile(At("nothing"), 100));
}

}  // namespace
}  // namespace brig::agent
