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

// The edges at which implementations differ (RFC 8032, 5.1.7; "Taming the many EdDSAs"): a second
// spelling of a good signature would be a second history of what was signed.
TEST(Hash, Ed25519TakesOneSpellingOfASignature) {
  const auto key = SigningKey::FromSeed(Bytes(32, std::byte{5}));
  const Signature good = key->Sign(AsBytes("message"));
  const auto refused = [&](ByteView signature) {
    return !VerifySignature(key->public_key(), AsBytes("message"), signature);
  };
  ASSERT_FALSE(refused(good));
  // S plus the order of the group, which the equation alone would accept.
  const Bytes order = *FromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Signature malleable = good;
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += std::to_integer<unsigned>(malleable[32 + i]) + std::to_integer<unsigned>(order[i]);
    malleable[32 + i] = static_cast<std::byte>(carry);
    carry >>= 8;
  }
  EXPECT_TRUE(refused(malleable));
  Bytes longer(good.begin(), good.end());
  longer.push_back(std::byte{0});
  EXPECT_TRUE(refused(longer));
  EXPECT_TRUE(refused(ByteView(good).first(63)));
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused(Bytes(64)));
  for (const std::size_t at : {0U, 31U, 32U, 63U}) {
    Signature bent = good;
    bent[at] ^= std::byte{0x80};
    EXPECT_TRUE(refused(bent)) << at;
  }
  // A key that is no point of the curve verifies nothing.
  PublicKey none{};
  none.fill(std::byte{0xff});
  EXPECT_FALSE(VerifySignature(none, AsBytes("message"), good));
}

TEST(Hash, ASeedOfTheWrongSizeIsRefused) { EXPECT_FALSE(SigningKey::FromSeed(*FromHex("00ff"))); }

TEST(Hash, AGeneratedKeyComesBackFromItsSeed) {
  const auto key = SigningKey::Generate();
  ASSERT_TRUE(key);
  EXPECT_EQ(SigningKey::FromSeed(key->seed())->public_key(), key->public_key());
}

}  // namespace
}  // namespace brig
