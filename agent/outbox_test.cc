// SPDX-License-Identifier: Apache-2.0
#include "agent/outbox.h"

#include <gtest/gtest.h>

#include "agent/keeper.h"

namespace brig::agent {
namespace {

Kept KeptUpTo(std::uint64_t number, std::uint64_t entries) {
  Kept kept{.number = number};
  kept.ledger.entries = entries;
  return kept;
}

// Everything that would be sent now, as records.
std::vector<std::string> SendAll(Outbox& outbox) {
  std::vector<std::string> records;
  while (const std::string* body = outbox.NextToSend()) {
    const auto append = DecodeBody<Append>(AsBytes(*body));
    EXPECT_TRUE(append);
    records.insert(records.end(), append->records.begin(), append->records.end());
    outbox.Sent();
  }
  return records;
}

std::string DigestsOf(const std::vector<std::string>& records) {
  std::string digests;
  for (const std::string& record : records) digests += ShortDigest(AsBytes(record));
  return digests;
}

TEST(Outbox, KeepsRecordsUntilTheyAreAcknowledged) {
  Outbox outbox;
  outbox.AddCritical({"a"}, std::nullopt, 100);
  outbox.AddCritical({"b"}, std::nullopt, 200);
  EXPECT_EQ(SendAll(outbox), (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(outbox.TakeReleased());
  outbox.TakeKept(KeptUpTo(1, 1));
  EXPECT_EQ(outbox.TakeReleased(), 100U);
  EXPECT_FALSE(outbox.empty());
  outbox.TakeKept(KeptUpTo(2, 2));
  EXPECT_EQ(outbox.TakeReleased(), 200U);
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.size_bytes(), 0U);
}

TEST(Outbox, SendsOnlyWhatTheScribeBeforeDidNotKeep) {
  Outbox outbox;
  outbox.AddCritical({"a"}, std::nullopt, 1);
  outbox.AddCritical({"b", "c"}, std::nullopt, 2);
  outbox.AddCritical({"d"}, std::nullopt, 3);
  SendAll(outbox);
  Resumed resumed{.digests = DigestsOf({"a", "a notice", "b"})};
  resumed.ledger.entries = 3;
  outbox.TakeResumed(resumed);
  EXPECT_EQ(SendAll(outbox), (std::vector<std::string>{"c", "d"}));
  EXPECT_EQ(outbox.TakeReleased(), 1U);
}

TEST(Outbox, TellsEqualRecordsApartByTheirNumber) {
  Outbox outbox;
  for (int i = 0; i < 3; ++i) outbox.AddCritical({"same"}, std::nullopt, std::nullopt);
  SendAll(outbox);
  outbox.TakeResumed(Resumed{.digests = DigestsOf({"same", "same"})});
  EXPECT_EQ(SendAll(outbox).size(), 1U);
}

TEST(Outbox, SendsEverythingAgainToAScribeThatKeptNothing) {
  Outbox outbox;
  outbox.AddCritical({"a"}, std::nullopt, std::nullopt);
  EXPECT_TRUE(outbox.AddTelemetry("t"));
  EXPECT_EQ(SendAll(outbox).size(), 2U);
  outbox.TakeResumed(Resumed{});
  EXPECT_EQ(SendAll(outbox), (std::vector<std::string>{"a", "t"}));
}

TEST(Outbox, RefusesTelemetryBeforeItIsFull) {
  Outbox outbox;
  const std::string record(1000, 'x');
  while (outbox.AddTelemetry(record)) {
  }
  EXPECT_FALSE(outbox.Full());
  EXPECT_LT(outbox.size_bytes(), Outbox::kMaxTelemetryBytes + Outbox::kMaxBatchBytes);
}

TEST(Outbox, GivesUpTheOldestAndCountsThem) {
  Outbox outbox;
  std::uint64_t added = 0;
  while (!outbox.Full()) {
    outbox.AddCritical({std::string(10'000, 'x')}, std::nullopt, added);
    ++added;
  }
  const std::uint64_t dropped = outbox.DropOldest();
  EXPECT_GT(dropped, added / 3);
  EXPECT_LT(dropped, added);
  EXPECT_EQ(outbox.TakeReleased(), dropped - 1);
  EXPECT_EQ(SendAll(outbox).size(), added - dropped);
}

TEST(Outbox, KnowsNothingBeforeTheFirstScribeAnswered) {
  Outbox outbox;
  EXPECT_FALSE(outbox.MakeResume().known);
  Resumed resumed;
  resumed.ledger.entries = 7;
  outbox.TakeResumed(resumed);
  EXPECT_TRUE(outbox.MakeResume().known);
  EXPECT_EQ(outbox.MakeResume().entries, 7U);
}

}  // namespace
}  // namespace brig::agent
