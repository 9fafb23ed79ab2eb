// SPDX-License-Identifier: Apache-2.0
#include "policy/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"

namespace brig::policy {
namespace {

class PolicyFile : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(directory_.data()), nullptr);
    path_ = directory_ + "/brig.yaml";
    ASSERT_TRUE(ReplaceFile(path_, "modes: {I1: refuse}\n", 0644));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string directory_ = ::testing::TempDir() + "/policyXXXXXX";
  std::string path_;
};

TEST_F(PolicyFile, OfRootAloneCounts) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root makes files of root's";
  const auto policy = ReadPolicyFile(path_, Trust::kRootOnly);
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->path, path_);
  for (const unsigned mode : {0664U, 0646U}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    const auto refused = ReadPolicyFile(path_, Trust::kRootOnly);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kDenied);
    EXPECT_NE(refused.error().message.find("chmod go-w"), std::string::npos);
  }
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  ASSERT_EQ(::chown(path_.c_str(), 1234, 0), 0);
  const auto refused = ReadPolicyFile(path_, Trust::kRootOnly);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("belongs to uid 1234"), std::string::npos);
  EXPECT_TRUE(ReadPolicyFile(path_, Trust::kAnybody)) << "a draft may be anybody's";
}

TEST_F(PolicyFile, WhatIsNoFileIsRefusedWithoutWaiting) {
  EXPECT_FALSE(ReadPolicyFile(directory_, Trust::kAnybody));
  const std::string pipe = directory_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto refused = ReadPolicyFile(pipe, Trust::kAnybody);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, pipe + " is no regular file");
}

TEST_F(PolicyFile, AMissingOneIsNotFound) {
  const auto missing = ReadPolicyFile(directory_ + "/none.yaml", Trust::kRootOnly);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
}

TEST_F(PolicyFile, ErrorsNameTheFile) {
  ASSERT_TRUE(ReplaceFile(path_, "mode: 1\n", 0644));
  EXPECT_TRUE(ReadPolicyFile(path_, Trust::kAnybody).error().message.starts_with(path_ + ":1:1: "));
  ASSERT_TRUE(ReplaceFile(path_, std::string(Policy::kMaxFileBytes + 1, '#'), 0644));
  EXPECT_TRUE(ReadPolicyFile(path_, Trust::kAnybody).error().message.starts_with(path_ + ": "));
}

}  // namespace
}  // namespace brig::policy
