// SPDX-License-Identifier: Apache-2.0
#include "ledger/crc32c.h"

#include <gtest/gtest.h>

namespace brig::ledger {
namespace {

// RFC 3720, appendix B.4.
TEST(Crc32c, MatchesTheStandardsExamples) {
  EXPECT_EQ(Crc32c(AsBytes("123456789")), 0xe3069283U);
  EXPECT_EQ(Crc32c(Bytes(32, std::byte{0})), 0x8a9136aaU);
  EXPECT_EQ(Crc32c(Bytes(32, std::byte{0xff})), 0x62a8ab43U);
}

TEST(Crc32c, TheInstructionAndTheTableAgreeOnEveryLength) {
  Bytes bytes;
  for (unsigned i = 0; i < 300; ++i) {
    EXPECT_EQ(Crc32c(bytes), Crc32cPortable(bytes)) << i;
    bytes.push_back(static_cast<std::byte>(i * 37));
  }
}

TEST(Crc32c, ContinuesWhereItStopped) {
  EXPECT_EQ(Crc32c(AsBytes("6789"), Crc32c(AsBytes("12345"))), Crc32c(AsBytes("123456789")));
}

}  // namespace
}  // namespace brig::ledger
