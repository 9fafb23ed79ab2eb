// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <gtest/gtest.h>

namespace brig {
namespace {

TEST(Hash, Sha256OfPartsIsTheHashOfTheWhole) {
  EXPECT_EQ(ToHex(Sha256({AsBytes("a"), AsBytes("bc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// RFC 8032, 7.1, test 2.
TEST(Hash, Ed25519MatchesTheStandardsExample) {
  const auto key = SigningKey::FromSeed(
      *FromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  ASSERT_TRUE(key);
  EXPECT_EQ(ToHex(key->public_key()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const Bytes message = *FromHex("72");
  const Signature signature = key->Sign(message);
  EXPECT_EQ(ToHex(signature).substr(0, 16), "92a009a9f0d4cab8");
  EXPECT_TRUE(VerifySignature(key->public_key(), message, signature));
  EXPECT_FALSE(VerifySignature(key->public_key(), *FromHex("73"), signature));
}

TEST(Hash, ASeedOfTheWrongSizeIsRefused) { EXPECT_FALSE(SigningKey::FromSeed(*FromHex("00ff"))); }

TEST(Hash, AGeneratedKeyComesBackFromItsSeed) {
  const auto key = SigningKey::Generate();
  ASSERT_TRUE(key);
  EXPECT_EQ(SigningKey::FromSeed(key->seed())->public_key(), key->public_key());
}

}  // namespace
}  // namespace brig
