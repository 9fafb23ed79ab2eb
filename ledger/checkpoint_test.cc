// SPDX-License-Identifier: Apache-2.0
#include "ledger/checkpoint.h"

#include <gtest/gtest.h>

#include "ledger/tree.h"

namespace brig::ledger {
namespace {

constexpr const char* kName = "node-1.example/log";

class CheckpointTest : public testing::Test {
 protected:
  SigningKey Key() { return *SigningKey::FromSeed(Bytes(32, std::byte{7})); }
  CheckpointBody Head(std::uint64_t size) {
    return {kName, size, LeafHash(AsBytes(std::to_string(size))), {}};
  }
  VerifierKey verifier_{kName, Key().public_key()};
};

// The example of https://c2sp.org/tlog-checkpoint.
TEST_F(CheckpointTest, ReadsTheFormatsOwnExample) {
  const char* text =
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  const auto body = ParseBody(text);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(body->size, 20852163U);
  EXPECT_EQ(FormatBody(*body), text);
}

TEST_F(CheckpointTest, KeepsExtensionLines) {
  CheckpointBody body = Head(3);
  body.extensions = {"one", "two words"};
  EXPECT_EQ(*ParseBody(FormatBody(body)), body);
}

TEST_F(CheckpointTest, RefusesOtherSpellings) {
  const std::string root = ToBase64(Digest{});
  EXPECT_TRUE(ParseBody("o\n0\n" + root + "\n"));
  for (const std::string& bad : std::vector<std::string>{
           "o\n00\n" + root + "\n", "o\n01\n" + root + "\n", "o\n-1\n" + root + "\n",
           "o\n+1\n" + root + "\n", "o\n1 \n" + root + "\n",
           "o\n18446744073709551616\n" + root + "\n", "\n1\n" + root + "\n", "o\n\n" + root + "\n",
           "o\n1\n" + root, "o\n1\n" + root + "\n\n", "o\n1\n" + root.substr(4) + "\n", "o\n1\n",
           "\n", ""})
    EXPECT_FALSE(ParseBody(bad)) << bad;
}

TEST_F(CheckpointTest, OpensWhatTheKeySigned) {
  const auto note = SignCheckpoint(Key(), kName, Head(5));
  ASSERT_TRUE(note);
  EXPECT_EQ(*OpenCheckpoint(verifier_, *note), Head(5));
  EXPECT_EQ(*ReadCheckpoint(*note), Head(5));
}

TEST_F(CheckpointTest, RefusesAnotherLogsCheckpoint) {
  CheckpointBody other = Head(5);
  other.origin = "elsewhere";
  const auto note = SignCheckpoint(Key(), kName, other);
  ASSERT_TRUE(note);
  EXPECT_EQ(OpenCheckpoint(verifier_, *note).error().code, ErrorCode::kDenied);
}

TEST_F(CheckpointTest, DoesNotSignWhatReadsBackDifferently) {
  CheckpointBody body = Head(5);
  body.extensions = {"two\nlines"};
  EXPECT_FALSE(SignCheckpoint(Key(), kName, body));
  body.extensions = {""};
  EXPECT_FALSE(SignCheckpoint(Key(), kName, body));
}

TEST_F(CheckpointTest, TheSignerRefusesToShrink) {
  CheckpointSigner signer(Key(), kName, Head(5));
  const auto refused = signer.Sign(Head(4));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kDenied);
  EXPECT_EQ(signer.last()->size, 5U);
  EXPECT_TRUE(signer.Sign(Head(6)));
  EXPECT_EQ(*signer.last(), Head(6));
}

TEST_F(CheckpointTest, TheSignerRefusesASecondHistory) {
  CheckpointSigner signer(Key(), kName, std::nullopt);
  ASSERT_TRUE(signer.Sign(Head(5)));
  EXPECT_TRUE(signer.Sign(Head(5)));
  CheckpointBody other = Head(5);
  other.root[0] ^= std::byte{1};
  EXPECT_FALSE(signer.Sign(other));
  CheckpointBody elsewhere = Head(9);
  elsewhere.origin = "elsewhere";
  EXPECT_FALSE(signer.Sign(elsewhere));
}

}  // namespace
}  // namespace brig::ledger
