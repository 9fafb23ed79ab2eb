// SPDX-License-Identifier: Apache-2.0
#include "agent/listed.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agent/contents.h"
#include "base/file.h"

namespace brig::agent {
namespace {

class ListedPrograms : public testing::Test {
 protected:
  ListedPrograms() {
    char name[] = "/tmp/brig-listed-XXXXXX";
    directory_ = ::mkdtemp(name);
    path_ = directory_ + "/runtime";
    const auto file = OpenFile(path_, O_CREAT | O_WRONLY, 0755);
    EXPECT_TRUE(WriteAll(file->get(), "abc"));
  }
  ~ListedPrograms() override { std::filesystem::remove_all(directory_); }

  Listed Find() {
    return FindListed(options_,
                      [](const std::string& path) { return HashFile(path).value_or(""); });
  }

  bool IsRuntime(const Listed& listed) {
    struct stat info{};
    EXPECT_EQ(::stat(path_.c_str(), &info), 0);
    return std::ranges::any_of(listed.files, [&](const sensor::ListedFile& file) {
      return file.inode == info.st_ino && file.device == sensor::DeviceOf(info.st_dev) &&
             file.runtime;
    });
  }

  std::string directory_, path_;
  Options options_;
};

TEST_F(ListedPrograms, WhatThePolicyNamesIsListed) {
  EXPECT_FALSE(IsRuntime(Find()));
  options_.runtimes = {{path_, ""}};
  const Listed listed = Find();
  EXPECT_TRUE(IsRuntime(listed));
  EXPECT_EQ(std::ranges::count(listed.runtimes, path_), 1);
}

TEST_F(ListedPrograms, AContentThatIsNamedMustBeTheContent) {
  options_.runtimes = {{path_, HashFile(path_).value()}};
  EXPECT_TRUE(IsRuntime(Find()));
  ASSERT_TRUE(WriteAll(OpenFile(path_, O_WRONLY)->get(), "x"));
  const Listed listed = Find();
  EXPECT_FALSE(IsRuntime(listed));
  EXPECT_EQ(listed.unlike, std::vector{path_});
  EXPECT_EQ(std::ranges::count(listed.runtimes, path_), 1) << "its content goes on being looked at";
}

TEST_F(ListedPrograms, AnotherNameOfTheFileIsNoWayRound) {
  const std::string alias = directory_ + "/alias";
  std::filesystem::create_hard_link(path_, alias);
  options_.runtimes = {{alias, ""}, {path_, std::string(64, '0')}};
  EXPECT_FALSE(IsRuntime(Find()));
}

}  // namespace
}  // namespace brig::agent
