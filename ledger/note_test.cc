// SPDX-License-Identifier: Apache-2.0
#include "ledger/note.h"

#include <gtest/gtest.h>

namespace brig::ledger {
namespace {

// The example in the documentation of Go's golang.org/x/mod/sumdb/note: made by another
// implementation.
constexpr const char* kOtherKey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* kOtherNote =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xe2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

class NoteTest : public testing::Test {
 protected:
  SigningKey key_ = *SigningKey::FromSeed(Bytes(32, std::byte{7}));
  VerifierKey verifier_{"node-1.example/log", key_.public_key()};
  std::string note_ = *SignNote(key_, verifier_.name, "first\n\nsecond\n");
};

TEST(Note, VerifiesANoteOfAnotherImplementation) {
  const auto key = ParseVerifierKey(kOtherKey);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(FormatVerifierKey(*key), kOtherKey);
  const auto text = OpenNote(*key, kOtherNote);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_TRUE(text->starts_with("If you think"));
  EXPECT_TRUE(text->ends_with("problem is.\n"));
  EXPECT_EQ(FormatNote(*ParseNote(kOtherNote)), kOtherNote);
}

TEST_F(NoteTest, GivesBackTheTextWithItsEmptyLines) {
  const auto text = OpenNote(verifier_, note_);
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "first\n\nsecond\n");
}

TEST_F(NoteTest, RefusesEveryFlippedBit) {
  for (std::size_t i = 0; i < note_.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string bent = note_;
      bent[i] = static_cast<char>(bent[i] ^ (1 << bit));
      EXPECT_FALSE(OpenNote(verifier_, bent)) << i << " bit " << bit;
    }
  }
}

TEST_F(NoteTest, RefusesEveryCutAndEveryAddedByte) {
  for (std::size_t length = 0; length < note_.size(); ++length)
    EXPECT_FALSE(OpenNote(verifier_, note_.substr(0, length))) << length;
  EXPECT_FALSE(OpenNote(verifier_, note_ + "x"));
  EXPECT_FALSE(OpenNote(verifier_, note_ + "\n"));
  EXPECT_FALSE(OpenNote(verifier_, "x" + note_));
}

TEST_F(NoteTest, PassesOverSignaturesOfUnknownKeys) {
  auto note = *ParseNote(note_);
  // Same name with another id, same id with another name: neither is the known key.
  note.signatures.insert(note.signatures.begin(), {verifier_.name, 1, Bytes(64)});
  note.signatures.insert(note.signatures.begin(), {"other", KeyId(verifier_), Bytes(64)});
  EXPECT_TRUE(OpenNote(verifier_, FormatNote(note)));
  note.signatures.pop_back();
  const auto opened = OpenNote(verifier_, FormatNote(note));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kDenied);
}

TEST_F(NoteTest, RefusesAWrongSignatureOfTheKnownKeyBesideARightOne) {
  auto note = *ParseNote(note_);
  auto wrong = note.signatures[0];
  wrong.signature[5] ^= std::byte{1};
  note.signatures.push_back(wrong);
  EXPECT_FALSE(OpenNote(verifier_, FormatNote(note)));
}

TEST_F(NoteTest, AcceptsSixteenSignaturesAndRefusesTooMany) {
  auto note = *ParseNote(note_);
  while (note.signatures.size() < 16) note.signatures.push_back({"witness", 9, Bytes(64)});
  EXPECT_TRUE(OpenNote(verifier_, FormatNote(note)));
  while (note.signatures.size() <= kMaxNoteSignatures)
    note.signatures.push_back({"witness", 9, Bytes(64)});
  EXPECT_FALSE(OpenNote(verifier_, FormatNote(note)));
}

TEST_F(NoteTest, RefusesWhatCannotStandInANote) {
  EXPECT_FALSE(SignNote(key_, "name", "no newline"));
  EXPECT_FALSE(SignNote(key_, "name", "a\ttab\n"));
  EXPECT_FALSE(SignNote(key_, "name", "not utf-8 \xff\n"));
  EXPECT_FALSE(SignNote(key_, "name", std::string(kMaxNoteBytes, 'x') + "\n"));
  for (const char* name : {"", "two words", "a+b", "line\nbreak",
                           "no\xc2\xa0"
                           "break",
                           "\xff"})
    EXPECT_FALSE(SignNote(key_, name, "text\n")) << name;
}

TEST_F(NoteTest, AVerifierKeyHasOneSpelling) {
  const std::string text = FormatVerifierKey(verifier_);
  EXPECT_EQ(*ParseVerifierKey(text), verifier_);
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string bent = text;
      bent[i] = static_cast<char>(bent[i] ^ (1 << bit));
      EXPECT_FALSE(ParseVerifierKey(bent)) << bent;
    }
    EXPECT_FALSE(ParseVerifierKey(text.substr(0, i)));
  }
}

}  // namespace
}  // namespace brig::ledger
