// SPDX-License-Identifier: Apache-2.0
#include "agent/fit.h"

#include <gtest/gtest.h>

namespace brig::agent {
namespace {

constexpr std::size_t kMax = 65535;

TEST(EncodeToFit, LeavesARecordThatFitsAsItIs) {
  const Notice notice{1, "start", "brig started"};
  EXPECT_EQ(EncodeToFit(notice, kMax), EncodeRecord(notice));
}

TEST(EncodeToFit, KeepsAContainerWithManyMountsAndSaysSo) {
  Container container;
  container.name = "web";
  container.mounts.resize(256);
  for (MountInfo& mount : container.mounts) mount.source = std::string(1000, 'x');
  const Bytes bytes = EncodeToFit(container, kMax);
  EXPECT_LE(bytes.size(), kMax);
  const auto record = DecodeRecord(bytes);
  ASSERT_TRUE(record);
  const auto& kept = std::get<Container>(*record);
  EXPECT_EQ(kept.name, "web");
  EXPECT_GE(kept.mounts.size(), 16U);
  EXPECT_NE(kept.note.find("leaves out"), std::string::npos);
}

TEST(EncodeToFit, KeepsTheActingProcessOfALongChain) {
  Finding finding;
  finding.subject.chain.resize(32);
  for (Process& process : finding.subject.chain)
    process.arguments.assign(4, std::string(1000, 'a'));
  const auto record = DecodeRecord(EncodeToFit(finding, kMax));
  ASSERT_TRUE(record);
  const auto& kept = std::get<Finding>(*record);
  EXPECT_EQ(kept.subject.chain.size(), 32U);
  EXPECT_EQ(kept.subject.chain[0].arguments.size(), 4U);
}

}  // namespace
}  // namespace brig::agent
