// SPDX-License-Identifier: Apache-2.0
#include "ledger/cosignature.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ledger/checkpoint.h"
#include "ledger/witness_policy.h"

namespace brig::ledger {
namespace {

SigningKey KeyOf(int seed) {
  return *SigningKey::FromSeed(Bytes(32, static_cast<std::byte>(seed)));
}
CosignerKey WitnessOf(int seed) {
  return {"witness" + std::to_string(seed) + ".example/w", KeyOf(seed).public_key()};
}
VerifierKey LogKey() { return {"log.example/a", KeyOf(1).public_key()}; }

std::string Head(std::uint64_t size = 5) {
  return *SignCheckpoint(KeyOf(1), "log.example/a", {"log.example/a", size, {}, {"says so"}});
}

// The head, cosigned by these.
std::string CosignedBy(const std::vector<int>& seeds, std::uint64_t seconds = 1'700'000'000) {
  std::string note = Head();
  for (const int seed : seeds)
    note += FormatSignature(
        Cosign(KeyOf(seed), WitnessOf(seed).name, ParseNote(Head())->text, seconds));
  return note;
}

// The example of the specification: names, keys' ids and signatures of a real witness are not
// published with their keys, so that only the form can be held against it.
TEST(Cosignature, TheExampleOfTheSpecificationIsReadAsOne) {
  const auto note = ParseNote(
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
      "\xe2\x80\x94 example.com/behind-the-sofa "
      "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
      "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
      "\xe2\x80\x94 witness.example.com/w1 "
      "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/"
      "zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n");
  ASSERT_TRUE(note) << note.error().message;
  ASSERT_EQ(note->signatures.size(), 2U);
  EXPECT_EQ(note->signatures[1].key_id, 0x8d66cf3fU);
  EXPECT_EQ(note->signatures[1].signature.size(), 72U);
  EXPECT_EQ(ToHex(ByteView(note->signatures[1].signature).first(8)), "00000000641850cb");
}

TEST(Cosignature, ReadsBackWithItsTime) {
  const auto note = ParseNote(CosignedBy({2, 3}));
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_EQ(CosignedAt(WitnessOf(2), *note), 1'700'000'000U);
  EXPECT_EQ(CosignedAt(WitnessOf(4), *note).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(OpenCheckpoint(LogKey(), CosignedBy({2}))) << "a cosignature is no hindrance";
}

TEST(Cosignature, SignsTimeTextAndExtensions) {
  const Note note = *ParseNote(CosignedBy({2}));
  Note bent = note;
  bent.signatures[1].signature[7] ^= std::byte{1};  // the time
  EXPECT_EQ(CosignedAt(WitnessOf(2), bent).error().code, ErrorCode::kDenied);
  bent = note;
  bent.text.replace(bent.text.find("says so"), 7, "says no");
  EXPECT_EQ(CosignedAt(WitnessOf(2), bent).error().code, ErrorCode::kDenied);
  bent = note;
  bent.signatures[1].signature.pop_back();
  EXPECT_EQ(CosignedAt(WitnessOf(2), bent).error().code, ErrorCode::kDenied);
  bent.signatures[1].signature.assign(3, std::byte{0});
  EXPECT_EQ(CosignedAt(WitnessOf(2), bent).error().code, ErrorCode::kDenied);
}

// One key may not do the other's work, and their ids differ for the same bytes.
TEST(Cosignature, ALogsSignatureIsNone) {
  const VerifierKey log{"same.example/x", KeyOf(2).public_key()};
  const CosignerKey witness{log.name, log.key};
  EXPECT_NE(KeyId(log), KeyId(witness));
  EXPECT_FALSE(ParseCosignerKey(FormatVerifierKey(log)));
  EXPECT_FALSE(ParseVerifierKey(FormatCosignerKey(witness)));
  EXPECT_EQ(*ParseCosignerKey(FormatCosignerKey(witness)), witness);
  // A note that the key signed as a log's, relabelled.
  Note note = *ParseNote(*SignNote(KeyOf(2), log.name, "cosignature/v1\ntime 1\nx\n"));
  note.signatures[0].key_id = KeyId(witness);
  EXPECT_FALSE(CosignedAt(witness, note));
}

TEST(Cosignature, RefusesKeysOfAnotherSpelling) {
  const std::string good = FormatCosignerKey(WitnessOf(2));
  for (const std::string& bad : {std::string(), good + "=", good.substr(1), "+" + good,
                                 good.substr(0, good.size() - 4), std::string("w+00000000+BAAA")}) {
    EXPECT_FALSE(ParseCosignerKey(bad)) << bad;
  }
}

TEST(Cosignature, AnAnswerIsMergedIntoTheNote) {
  const std::string text = ParseNote(Head())->text;
  const auto line = [&](int seed, std::uint64_t seconds) {
    return FormatSignature(Cosign(KeyOf(seed), WitnessOf(seed).name, text, seconds));
  };
  auto note = WithCosignature(Head(), line(3, 7) + line(2, 8), WitnessOf(2));
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_EQ(ParseNote(*note)->signatures.size(), 2U) << "unknown witnesses are left out";
  note = WithCosignature(*note, line(2, 9), WitnessOf(2));
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_EQ(ParseNote(*note)->signatures.size(), 2U);
  EXPECT_EQ(CosignedAt(WitnessOf(2), *ParseNote(*note)), 9U);
  EXPECT_FALSE(WithCosignature(Head(), "", WitnessOf(2)));
  EXPECT_FALSE(WithCosignature(Head(), line(3, 7), WitnessOf(2)));
  const std::string cut = line(2, 9);
  EXPECT_FALSE(WithCosignature(Head(), cut.substr(0, cut.size() - 1), WitnessOf(2)));
  EXPECT_FALSE(WithCosignature(Head(6), line(2, 9), WitnessOf(2))) << "of another head";
}

std::string PolicyText() {
  std::string text = "# who may say what\n\tlog " + FormatVerifierKey(LogKey()) + " https://l\n";
  for (int seed = 2; seed < 7; ++seed)
    text += fmt::format("witness W{} {}{}\n", seed, FormatCosignerKey(WitnessOf(seed)),
                        seed == 2 ? "  http://127.0.0.1:1/w " : "");
  return text + "group X 2 W2 W3 W4\ngroup Y any W5\ngroup all-of-it all X Y\nquorum all-of-it\n";
}

TEST(WitnessPolicy, CountsAsTheGroupsSay) {
  const auto policy = WitnessPolicy::Parse(PolicyText());
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->logs()[0].url, "https://l");
  EXPECT_EQ(policy->witnesses()[0].url, "http://127.0.0.1:1/w");
  for (const std::vector<int>& enough : {std::vector{2, 3, 5}, {3, 4, 5, 6}, {2, 3, 4, 5, 6}})
    EXPECT_TRUE(policy->Open(CosignedBy(enough)));
  for (const std::vector<int>& few : {std::vector<int>{}, {2, 3}, {2, 5}, {5, 6}, {2, 3, 4, 6}}) {
    const auto head = policy->Open(CosignedBy(few));
    ASSERT_FALSE(head);
    EXPECT_EQ(head.error().code, ErrorCode::kDenied);
  }
  // Twice the same is once.
  EXPECT_FALSE(policy->Open(CosignedBy({2, 2, 5})));
  // A wrong cosignature counts as none and does not spoil the others.
  std::string bent = CosignedBy({2, 3, 5});
  bent += FormatSignature(Cosign(KeyOf(6), WitnessOf(4).name, "other\n", 1));
  EXPECT_TRUE(policy->Open(bent));
}

TEST(WitnessPolicy, WantsASignatureOfItsLogs) {
  const std::string foreign =
      *SignCheckpoint(KeyOf(9), "log.example/a", {"log.example/a", 5, {}, {}});
  EXPECT_FALSE(WitnessPolicy::Parse("quorum none\n")->Open(Head()));
  const std::string text = "log " + FormatVerifierKey(LogKey()) + "\nquorum none\n";
  EXPECT_TRUE(WitnessPolicy::Parse(text)->Open(Head()));
  EXPECT_FALSE(WitnessPolicy::Parse(text)->Open(foreign));
}

TEST(WitnessPolicy, NamesTheLineThatIsWrong) {
  const std::string w2 = "witness W2 " + FormatCosignerKey(WitnessOf(2)) + "\n";
  const std::string w3 = "witness W3 " + FormatCosignerKey(WitnessOf(3)) + "\n";
  const std::string same = "witness W4 " + FormatCosignerKey({"other", WitnessOf(2).key}) + "\n";
  const std::string log = "log " + FormatVerifierKey(LogKey()) + "\n";
  for (const std::string& bad : {
           std::string(),
           std::string("quorum none"),
           std::string("quorum none\nquorum none\n"),
           std::string("quorum W2\n"),
           std::string("quorum\n"),
           std::string("quorum none none\n"),
           std::string("law none\n"),
           std::string("quorum none\r\n"),
           "quorum W2\n" + w2,
           w2 + w2 + "quorum none\n",
           w2 + same + "quorum none\n",
           log + log + "quorum none\n",
           w2 + "group none any W2\nquorum none\n",
           w2 + "group W2 any W2\nquorum none\n",
           w2 + "group g 0 W2\nquorum none\n",
           w2 + "group g 2 W2\nquorum none\n",
           w2 + "group g 01 W2\nquorum none\n",
           w2 + "group g +1 W2\nquorum none\n",
           w2 + "group g any\nquorum none\n",
           w2 + "group g any none\nquorum none\n",
           w2 + "group g any g\nquorum none\n",
           w2 + "group g any W2 W2\nquorum none\n",
           w2 + w3 + "group g any W2\ngroup h any W2 W3\nquorum h\n",
           std::string("witness W2 ") + FormatVerifierKey(LogKey()) + "\nquorum none\n",
           std::string("log ") + FormatCosignerKey(WitnessOf(2)) + "\nquorum none\n",
       }) {
    EXPECT_FALSE(WitnessPolicy::Parse(bad)) << bad;
  }
  const auto named = WitnessPolicy::Parse(w2 + "\n# yes\nquorum W3\n");
  ASSERT_FALSE(named);
  EXPECT_NE(named.error().message.find("line 4"), std::string::npos) << named.error().message;
  EXPECT_TRUE(WitnessPolicy::Parse(w2 + w3 + "group g 1 W2 W3\nquorum g\n"));
}

}  // namespace
}  // namespace brig::ledger
