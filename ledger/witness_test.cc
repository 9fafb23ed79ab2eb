// SPDX-License-Identifier: Apache-2.0
#include "ledger/witness.h"

#include "ledger/ledger_for_test.h"
#include "ledger/proof.h"
#include "ledger/range_roots.h"
#include "ledger/tree.h"

namespace brig::ledger {
namespace {

const std::string kPlace = "/witness";
const std::string kWitness = "witness.example/w";
constexpr std::uint64_t kNow = 1'700'000'000;

SigningKey WitnessKey() { return *SigningKey::FromSeed(Bytes(32, std::byte{9})); }
VerifierKey LogKey() { return {kTestName, TestKey().public_key()}; }

// A log in memory, and other histories of it.
class Log {
 public:
  explicit Log(std::uint64_t size, const std::string& history = "") : size_(size) {
    for (std::uint64_t i = 0; i < size; ++i)
      leaves_.push_back(LeafHash(AsBytes(fmt::format("{} {}", i, i < 10 ? "" : history))));
  }
  [[nodiscard]] CheckpointBody Body() const {
    return {kTestName, size_, size_ == 0 ? EmptyRoot() : HashesOf({{0, size_}})[0], {}};
  }
  [[nodiscard]] std::string Note() const { return *TestSigner()(Body()); }
  [[nodiscard]] Extension From(std::uint64_t old_size) const {
    return {old_size, HashesOf(*ConsistencyRanges(std::min(old_size, size_), size_)), Note()};
  }
  [[nodiscard]] std::string Request(std::uint64_t old_size) const {
    return FormatExtension(From(old_size));
  }

 private:
  [[nodiscard]] std::vector<Digest> HashesOf(const std::vector<Range>& ranges) const {
    auto roots = RangeRoots::Make({}, ranges);
    for (const Digest& leaf : leaves_) roots->Add(leaf);
    return *roots->Roots();
  }
  std::uint64_t size_;
  std::vector<Digest> leaves_;
};

class WitnessTest : public ::testing::Test {
 protected:
  Witness Open() {
    auto witness = Witness::Open(kPlace, WitnessKey(), kWitness, {LogKey()}, disk_);
    EXPECT_TRUE(witness) << witness.error().message;
    return *std::move(witness);
  }
  MemoryDisk disk_;
};

TEST_F(WitnessTest, CosignsWhatContinuesTheLast) {
  Witness witness = Open();
  std::uint64_t before = 0;
  for (const std::uint64_t size : {1, 2, 3, 8, 21, 64, 65, 100}) {
    const Log log(size);
    const WitnessAnswer answer = witness.AddCheckpoint(log.Request(before), kNow + size);
    ASSERT_EQ(answer.status, 200U) << answer.body;
    EXPECT_FALSE(answer.alarm);
    const auto note = WithCosignature(log.Note(), answer.body, witness.key());
    ASSERT_TRUE(note) << note.error().message;
    EXPECT_EQ(CosignedAt(witness.key(), *ParseNote(*note)), kNow + size);
    before = size;
  }
  EXPECT_EQ(witness.logs()[0].size, 100U);
  EXPECT_EQ(witness.logs()[0].grown_s, kNow + 100);
}

TEST_F(WitnessTest, CosignsTheSameHeadAgainButThatIsNoGrowth) {
  Witness witness = Open();
  ASSERT_EQ(witness.AddCheckpoint(Log(5).Request(0), kNow).status, 200U);
  const WitnessAnswer again = witness.AddCheckpoint(Log(5).Request(5), kNow + 60);
  EXPECT_EQ(again.status, 200U);
  EXPECT_TRUE(WithCosignature(Log(5).Note(), again.body, witness.key()));
  EXPECT_EQ(witness.logs()[0].grown_s, kNow);
  // With hashes where none belong.
  Extension extension = Log(5).From(5);
  extension.hashes.emplace_back();
  EXPECT_EQ(witness.AddCheckpoint(FormatExtension(extension), kNow).status, 422U);
}

TEST_F(WitnessTest, AnEmptyLogIsALog) {
  Witness witness = Open();
  EXPECT_EQ(witness.AddCheckpoint(Log(0).Request(0), kNow).status, 200U);
  EXPECT_EQ(witness.AddCheckpoint(Log(3).Request(0), kNow).status, 200U);
  EXPECT_EQ(witness.AddCheckpoint(Log(0).Request(0), kNow).status, 409U);
}

TEST_F(WitnessTest, TheStatusSaysWhatIsWrong) {
  Witness witness = Open();
  ASSERT_EQ(witness.AddCheckpoint(Log(7).Request(0), kNow).status, 200U);
  const std::string good = Log(12).Request(7);
  // 400: not of the format, or the old size above the new.
  for (const std::string& bad :
       {std::string(), std::string("old 7\n"), good.substr(4), good.substr(0, good.size() - 1),
        "old 07" + good.substr(5), "old +7" + good.substr(5), "old 7 " + good.substr(5),
        "old 7\nnot base64!" + good.substr(5), "old 13" + good.substr(5),
        std::string(kMaxProofBytes + 1, 'x')}) {
    EXPECT_EQ(witness.AddCheckpoint(bad, kNow).status, 400U) << bad.substr(0, 40);
  }
  // 404: of another log.
  const std::string other =
      *SignCheckpoint(TestKey(), "other.example", {"other.example", 9, {}, {}});
  EXPECT_EQ(witness.AddCheckpoint(FormatExtension({0, {}, other}), kNow).status, 404U);
  // 403: not by the log's key: another one in its name, or a signature that is wrong.
  const auto stranger = SigningKey::Generate();
  const std::string forged = *SignCheckpoint(*stranger, kTestName, Log(12).Body());
  EXPECT_EQ(witness.AddCheckpoint(FormatExtension({7, {}, forged}), kNow).status, 403U);
  Note bent = *ParseNote(Log(12).Note());
  bent.signatures[0].signature[0] ^= std::byte{1};
  EXPECT_EQ(witness.AddCheckpoint(FormatExtension({7, {}, FormatNote(bent)}), kNow).status, 403U);
  // 409: from another size than the one kept, which the answer names.
  for (const std::uint64_t old_size : {0, 6, 8, 12}) {
    const WitnessAnswer answer = witness.AddCheckpoint(Log(12).Request(old_size), kNow);
    EXPECT_EQ(answer.status, 409U);
    EXPECT_EQ(answer.body, "7\n");
    EXPECT_EQ(answer.type, "text/x.tlog.size");
    EXPECT_FALSE(answer.alarm);
  }
  // And nothing of all that has changed what is kept.
  EXPECT_EQ(witness.AddCheckpoint(good, kNow).status, 200U);
}

TEST_F(WitnessTest, IgnoresSignaturesOfStrangersBesideTheLogs) {
  Witness witness = Open();
  const auto stranger = SigningKey::Generate();
  const std::string text = FormatBody(Log(4).Body());
  const Note by_stranger = *ParseNote(*SignNote(*stranger, "stranger.example", text));
  Note note = *ParseNote(Log(4).Note());
  note.signatures.insert(note.signatures.begin(), by_stranger.signatures[0]);
  EXPECT_EQ(witness.AddCheckpoint(FormatExtension({0, {}, FormatNote(note)}), kNow).status, 200U);
  disk_.Restart();
  const Witness again = Open();
  EXPECT_EQ(again.logs()[0].size, 4U);
}

TEST_F(WitnessTest, TwoHeadsOfOneSizeAreAForkForGood) {
  Witness witness = Open();
  ASSERT_EQ(witness.AddCheckpoint(Log(20).Request(0), kNow).status, 200U);
  const WitnessAnswer forked = witness.AddCheckpoint(Log(20, "other").Request(20), kNow);
  EXPECT_EQ(forked.status, 409U);
  ASSERT_TRUE(forked.alarm);
  EXPECT_EQ(forked.alarm->kind, "forked");
  EXPECT_EQ(forked.alarm->evidence, Log(20, "other").Note());
  EXPECT_FALSE(witness.AddCheckpoint(Log(20, "other").Request(20), kNow).alarm) << "told once";
  EXPECT_EQ(witness.AddCheckpoint(Log(30).Request(20), kNow).status, 200U);
  EXPECT_EQ(witness.logs()[0].trouble, "forked");
}

TEST_F(WitnessTest, AForkThatGoesOnAndARollbackAreTold) {
  Witness witness = Open();
  ASSERT_EQ(witness.AddCheckpoint(Log(20).Request(0), kNow).status, 200U);
  const WitnessAnswer other = witness.AddCheckpoint(Log(25, "other").Request(20), kNow);
  EXPECT_EQ(other.status, 422U);
  ASSERT_TRUE(other.alarm);
  EXPECT_EQ(other.alarm->kind, "inconsistent");
  const WitnessAnswer well = witness.AddCheckpoint(Log(21).Request(20), kNow);
  EXPECT_EQ(well.status, 200U);
  ASSERT_TRUE(well.alarm);
  EXPECT_EQ(well.alarm->kind, "well");
  const WitnessAnswer shrunk = witness.AddCheckpoint(Log(15).Request(15), kNow);
  EXPECT_EQ(shrunk.status, 409U);
  ASSERT_TRUE(shrunk.alarm);
  EXPECT_EQ(shrunk.alarm->kind, "shrunk");
}

TEST_F(WitnessTest, SilenceIsToldOnceAndEnds) {
  Witness witness = Open();
  EXPECT_TRUE(witness.FindSilent(kNow, 60).empty());
  EXPECT_TRUE(witness.FindSilent(kNow + 59, 60).empty());
  ASSERT_EQ(witness.FindSilent(kNow + 60, 60).size(), 1U) << "never heard of";
  EXPECT_TRUE(witness.FindSilent(kNow + 99, 60).empty());
  const WitnessAnswer first = witness.AddCheckpoint(Log(3).Request(0), kNow + 100);
  ASSERT_TRUE(first.alarm);
  EXPECT_EQ(first.alarm->kind, "well");
  ASSERT_EQ(witness.AddCheckpoint(Log(3).Request(3), kNow + 150).status, 200U) << "no growth";
  const auto silent = witness.FindSilent(kNow + 160, 60);
  ASSERT_EQ(silent.size(), 1U);
  EXPECT_EQ(silent[0].kind, "silent");
  EXPECT_TRUE(witness.FindSilent(kNow - 1000, 60).empty()) << "a clock that was set back";
}

TEST_F(WitnessTest, SeveralKeysOfOneLogMayBeKnown) {
  const auto next = SigningKey::FromSeed(Bytes(32, std::byte{8}));
  auto witness = Witness::Open(kPlace, WitnessKey(), kWitness,
                               {LogKey(), {kTestName, next->public_key()}}, disk_);
  ASSERT_TRUE(witness);
  ASSERT_EQ(witness->AddCheckpoint(Log(3).Request(0), kNow).status, 200U);
  Extension extension = Log(9).From(3);
  extension.checkpoint = *SignCheckpoint(*next, kTestName, Log(9).Body());
  EXPECT_EQ(witness->AddCheckpoint(FormatExtension(extension), kNow).status, 200U);
  EXPECT_EQ(witness->logs().size(), 1U);
}

TEST_F(WitnessTest, OneAtATimeHasTheDirectory) {
  const Witness witness = Open();
  const auto second = Witness::Open(kPlace, WitnessKey(), kWitness, {LogKey()}, disk_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
}

TEST_F(WitnessTest, WhatItKeepsIsItsOwn) {
  {
    EXPECT_EQ(Open().AddCheckpoint(Log(20).Request(0), kNow).status, 200U);
  }
  for (const std::string& content :
       {Log(10).Note(), std::string("x"), std::string(),
        Log(10).Note() +
            FormatSignature(Cosign(TestKey(), kWitness, FormatBody(Log(10).Body()), 1))}) {
    for (auto& [path, node] : disk_.names())
      node->live.assign(AsBytes(content).begin(), AsBytes(content).end());
    const auto witness = Witness::Open(kPlace, WitnessKey(), kWitness, {LogKey()}, disk_);
    ASSERT_FALSE(witness) << content;
    EXPECT_EQ(witness.error().code, ErrorCode::kCorrupt);
  }
}

// Whatever fails, and whenever the machine stops: no two histories are ever cosigned, and what was
// cosigned is still known afterwards.
TEST_F(WitnessTest, ForgetsNothingThatItHasCosigned) {
  for (const FaultKind kind :
       {FaultKind::kFail, FaultKind::kTorn, FaultKind::kStored, FaultKind::kKill}) {
    for (std::uint64_t at = 1; at < 12; ++at) {
      for (unsigned seed = 0; seed < 8; ++seed) {
        disk_ = MemoryDisk();
        bool cosigned = false;
        {
          Witness witness = Open();
          ASSERT_EQ(witness.AddCheckpoint(Log(12).Request(0), kNow).status, 200U);
          disk_.set_calls(0);
          disk_.BreakAt(at, kind);
          try {
            const WitnessAnswer answer = witness.AddCheckpoint(Log(20).Request(12), kNow);
            cosigned = answer.status == 200;
            EXPECT_EQ(answer.body.starts_with("\xe2\x80\x94"), cosigned);
          } catch (const Killed&) {
          }
        }
        disk_.PowerCut(seed);
        Witness witness = Open();
        const std::uint64_t size = witness.logs()[0].size;
        EXPECT_TRUE(size == 20 || (!cosigned && size == 12)) << size;
        if (cosigned) {
          EXPECT_NE(witness.AddCheckpoint(Log(20, "other").Request(12), kNow).status, 200U);
        }
        EXPECT_EQ(witness.AddCheckpoint(Log(30).Request(size), kNow).status, 200U);
      }
    }
  }
}

}  // namespace
}  // namespace brig::ledger
