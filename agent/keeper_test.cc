// SPDX-License-Identifier: Apache-2.0
#include "agent/keeper.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "agent/outbox.h"
#include "agent/signer_store.h"
#include "ledger/verify.h"

namespace brig::agent {
namespace {

class KeeperTest : public testing::Test {
 protected:
  KeeperTest() {
    std::string path = testing::TempDir() + "keeper.XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
    std::filesystem::create_directories(directory_ / "ledger");
    std::filesystem::create_directories(directory_ / "signer");
    auto signer = LoadOrCreateSigner("a host", (directory_ / "signer").string());
    EXPECT_TRUE(signer);
    signer_.emplace(*std::move(signer));
  }
  ~KeeperTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Keeper> Open(std::uint64_t starts = 0) {
    agent::Setup setup;
    setup.starts = starts;
    auto keeper = std::make_unique<Keeper>(setup, (directory_ / "ledger").string());
    keeper->SetKey(ledger::FormatVerifierKey(signer_->verifier()));
    EXPECT_TRUE(keeper->Open());
    return keeper;
  }

  static Append AppendOf(std::uint64_t number, std::vector<std::string> records) {
    Append append{.number = number, .critical = true};
    append.records = std::move(records);
    return append;
  }

  void Seal(Keeper& keeper) {
    const auto text = keeper.PrepareCheckpoint();
    ASSERT_TRUE(text);
    const auto body = ledger::ParseBody(*text);
    ASSERT_TRUE(body);
    const auto note = signer_->Sign(*body);
    ASSERT_TRUE(note);
    ASSERT_TRUE(keeper.StoreSignature(*note));
  }

  std::filesystem::path directory_;
  std::optional<ledger::CheckpointSigner> signer_;
};

TEST_F(KeeperTest, AcknowledgesWhatIsDurable) {
  const auto keeper = Open();
  ASSERT_TRUE(keeper->Add(AppendOf(1, {"a"})));
  ASSERT_TRUE(keeper->Add(AppendOf(2, {"b", "c"})));
  const auto committed = keeper->Commit();
  ASSERT_TRUE(committed);
  EXPECT_EQ(committed->kept.number, 2U);
  EXPECT_EQ(committed->kept.ledger.entries, 3U);
}

TEST_F(KeeperTest, ASealedLedgerVerifies) {
  const auto keeper = Open();
  ASSERT_TRUE(keeper->Add(AppendOf(1, {"a"})));
  Seal(*keeper);
  EXPECT_EQ(keeper->Status().sealed, 1U);
  ASSERT_TRUE(keeper->Close());
  const auto report = ledger::Verify((directory_ / "ledger").string());
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->intact());
}

TEST_F(KeeperTest, CheckpointsSayWhatTheGuardHasProven) {
  constexpr std::int64_t kWall = 1'764'117'399'000'000'000;
  const auto keeper = Open();
  const auto sealed_as = [&] {
    EXPECT_TRUE(keeper->Add(AppendOf(1, {"a"})));
    Seal(*keeper);
    const auto report = ledger::Verify((directory_ / "ledger").string());
    EXPECT_TRUE(report && report->intact());
    return report ? report->says : std::vector<std::string>();
  };
  EXPECT_TRUE(sealed_as().empty());
  keeper->SetProofs({{Invariant::kFiles, true, kWall + 1, 1, ""},
                     {Invariant::kDoors, true, kWall, 1, ""},
                     {Invariant::kKernel, false, kWall, 1, "the act went through"}});
  EXPECT_EQ(sealed_as(), std::vector<std::string>(
                             {"guard-proven 2025-11-26T00:36:39.000Z I1 I7", "guard-unproven I6"}));
  keeper->SetProofs({});  // the canary has gone
  EXPECT_TRUE(sealed_as().empty());
}

TEST_F(KeeperTest, AScribesSuccessorLeavesOutWhatItsPredecessorKept) {
  Outbox outbox;
  outbox.TakeResumed(Resumed{});
  for (const char* record : {"a", "b", "c"})
    outbox.AddCritical({record}, std::nullopt, std::nullopt);
  {
    const auto keeper = Open();
    for (int i = 0; i < 2; ++i) {
      const auto append = DecodeBody<Append>(AsBytes(*outbox.NextToSend()));
      ASSERT_TRUE(append);
      ASSERT_TRUE(keeper->Add(*append));
      outbox.Sent();
    }
    ASSERT_TRUE(keeper->Commit());  // durable, but the acknowledgement never arrives
  }
  const auto successor = Open(/*starts=*/1);
  const auto resumed = successor->AnswerResume(outbox.MakeResume());
  ASSERT_TRUE(resumed);
  outbox.TakeResumed(*resumed);
  const auto left = DecodeBody<Append>(AsBytes(*outbox.NextToSend()));
  ASSERT_TRUE(left);
  EXPECT_EQ(left->records, std::vector<std::string>{"c"});
}

TEST_F(KeeperTest, TellsANewEngineTheLastPositionOfEachCpu) {
  const auto keeper = Open();
  Append append = AppendOf(1, {"a"});
  append.positioned = true;
  append.position = {2, 40};
  ASSERT_TRUE(keeper->Add(append));
  const auto resumed = keeper->AnswerResume(Resume{});
  ASSERT_TRUE(resumed);
  ASSERT_EQ(resumed->positions.size(), 1U);
  EXPECT_EQ(resumed->positions[0].cpu, 2U);
  EXPECT_EQ(resumed->positions[0].sequence, 40U);
}

TEST_F(KeeperTest, ATooLargeRecordIsCountedAsRefusedAndTheRestGoesOn) {
  const auto keeper = Open();
  ASSERT_TRUE(keeper->Add(AppendOf(1, {std::string(100'000, 'x')})));
  ASSERT_TRUE(keeper->Add(AppendOf(2, {"small"})));
  const auto committed = keeper->Commit();
  ASSERT_TRUE(committed);
  EXPECT_EQ(committed->kept.refused, 1U);
  EXPECT_EQ(committed->kept.ledger.entries, 1U);
}

TEST_F(KeeperTest, TheSignersKeyAndLastHeadOutliveIt) {
  const auto keeper = Open();
  ASSERT_TRUE(keeper->Add(AppendOf(1, {"a"})));
  Seal(*keeper);
  const std::string path = (directory_ / "signer").string();
  ASSERT_TRUE(StoreLastHead(*signer_->last(), path));
  auto again = LoadOrCreateSigner("another name", path);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->verifier(), signer_->verifier());
  ledger::CheckpointBody smaller = *again->last();
  smaller.size = 0;
  EXPECT_FALSE(again->Sign(smaller));
}

TEST_F(KeeperTest, AKeyThatIsGoneIsNotReplaced) {
  ledger::CheckpointBody head;
  head.origin = signer_->verifier().name;
  const std::string path = (directory_ / "signer").string();
  ASSERT_TRUE(StoreLastHead(head, path));
  std::filesystem::remove(path + "/key");
  const auto again = LoadOrCreateSigner("a host", path);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace brig::agent
