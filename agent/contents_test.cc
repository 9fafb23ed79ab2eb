// SPDX-License-Identifier: Apache-2.0
#include "agent/contents.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"

namespace brig::agent {
namespace {

// Of "abc" (FIPS 180-4, appendix) and of nothing.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

class ContentsOfFiles : public testing::Test {
 protected:
  ContentsOfFiles() {
    char name[] = "/tmp/brig-contents-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  ~ContentsOfFiles() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = directory_ + "/" + name;
    const auto file = OpenFile(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
    EXPECT_TRUE(WriteAll(file->get(), text));
    return path;
  }

  std::vector<Contents::Change> StepAll() {
    std::vector<Contents::Change> changes;
    do {
      if (auto change = contents_.Step()) changes.push_back(*std::move(change));
    } while (!contents_.complete());
    return changes;
  }

  std::string directory_;
  Contents contents_;
};

TEST_F(ContentsOfFiles, AreKnownOnceTheyAreRead) {
  const std::string one = Write("one", "abc"), two = Write("two", "");
  contents_.Watch({one, two, directory_ + "/absent", directory_});
  EXPECT_EQ(contents_.HashOf(one), "");
  const auto changes = StepAll();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].path, one);
  EXPECT_EQ(changes[0].before, "");
  EXPECT_EQ(changes[0].now, kAbc);
  EXPECT_EQ(contents_.HashOf(two), kNothing);
  EXPECT_TRUE(StepAll().empty());
}

TEST_F(ContentsOfFiles, AChangeOfOneByteIsTold) {
  const std::string path = Write("one", "abc");
  contents_.Watch({path});
  StepAll();
  Write("one", "abd");
  EXPECT_EQ(contents_.HashOf(path), "") << "what it is now is not read yet";
  const auto changes = StepAll();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].before, kAbc);
  EXPECT_EQ(contents_.HashOf(path), changes[0].now);
}

TEST_F(ContentsOfFiles, RestoredTimesHideNothing) {
  const std::string path = Write("one", "abc");
  contents_.Watch({path});
  StepAll();
  const auto written = std::filesystem::last_write_time(path);
  Write("one", "xyz");
  std::filesystem::last_write_time(path, written);
  EXPECT_EQ(StepAll().size(), 1U);
}

TEST_F(ContentsOfFiles, AnotherFileOfTheSameNameIsTold) {
  const std::string path = Write("one", "abc");
  contents_.Watch({path});
  StepAll();
  std::filesystem::rename(Write("two", "xyz"), path);
  const auto changes = StepAll();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].before, kAbc);
}

TEST_F(ContentsOfFiles, ATouchedFileIsNoChange) {
  const std::string path = Write("one", "abc");
  contents_.Watch({path});
  StepAll();
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now());
  EXPECT_EQ(contents_.HashOf(path), "");
  EXPECT_TRUE(StepAll().empty());
  EXPECT_EQ(contents_.HashOf(path), kAbc);
}

TEST_F(ContentsOfFiles, ALargeFileIsReadInSteps) {
  const std::string path = Write("large", "");
  std::filesystem::resize_file(path, 3 * Contents::kStepBytes + 1);
  contents_.Watch({path});
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(contents_.Step());
  EXPECT_TRUE(contents_.Step());
  EXPECT_EQ(contents_.HashOf(path), HashFile(path));
}

}  // namespace
}  // namespace brig::agent
