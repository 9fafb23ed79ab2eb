// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace brig {
namespace {

class FileTest : public testing::Test {
 protected:
  FileTest() {
    std::string pattern = testing::TempDir() + "/brig-file-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~FileTest() override { std::filesystem::remove_all(directory_); }
  std::string directory_;
};

TEST_F(FileTest, ReplacesAFileAndSetsItsMode) {
  const std::string path = directory_ + "/f";
  ASSERT_TRUE(ReplaceFile(path, "one"));
  ASSERT_TRUE(ReplaceFile(path, "two", 0640));
  EXPECT_EQ(*ReadFile(path), "two");
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST_F(FileTest, AReplaceThatFailsLeavesNothingBehind) {
  ASSERT_TRUE(MakeDirectories(directory_ + "/d/sub"));
  EXPECT_FALSE(ReplaceFile(directory_ + "/d", "content"));  // a directory is in the way
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& e : std::filesystem::directory_iterator(directory_)) ++entries;
  EXPECT_EQ(entries, 1U);
}

TEST_F(FileTest, SaysWhatItCouldNotOpen) {
  const auto content = ReadFile(directory_ + "/absent");
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::kNotFound);
  EXPECT_NE(content.error().message.find("/absent"), std::string::npos);
}

TEST_F(FileTest, RefusesAFileOverTheLimit) {
  ASSERT_TRUE(ReplaceFile(directory_ + "/f", std::string(100, 'x')));
  const auto content = ReadFile(directory_ + "/f", 99);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::kLimit);
}

TEST_F(FileTest, ReadsProcfsFilesThatHaveNoSize) {
  const auto content = ReadFile("/proc/self/status");
  ASSERT_TRUE(content);
  EXPECT_NE(content->find("Pid:"), std::string::npos);
}

}  // namespace
}  // namespace brig
