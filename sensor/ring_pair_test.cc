// SPDX-License-Identifier: Apache-2.0
#include "sensor/ring_pair.h"

#include <gtest/gtest.h>

#include <string>

#include "kernel/abi/event_abi.h"
#include "sensor/test_ring.h"

namespace brig::sensor {
namespace {

std::string RecordOf(std::uint64_t time_ns) {
  abi_header header{};
  header.time_ns = time_ns;
  return {reinterpret_cast<const char*>(&header), sizeof header};
}

class RingPairTest : public testing::Test {
 protected:
  RingPair Open() {
    return {*Ring::Open(critical_.fd(), TestRing::kSize),
            *Ring::Open(telemetry_.fd(), TestRing::kSize)};
  }
  TestRing critical_, telemetry_;
};

TEST_F(RingPairTest, GivesTheRecordsOfBothRingsInTheOrderOfTheirTimes) {
  RingPair pair = Open();
  critical_.Put(RecordOf(10));
  critical_.Put(RecordOf(30));
  telemetry_.Put(RecordOf(20));
  telemetry_.Put(RecordOf(40));
  std::string order;
  while (const auto record = pair.Next())
    order += record->record_class == RecordClass::kCritical ? 'c' : 't';
  EXPECT_EQ(order, "ctct");
}

TEST_F(RingPairTest, LetsGoOfNothingThatIsOnlyLookedAt) {
  RingPair pair = Open();
  critical_.Put(RecordOf(50));
  telemetry_.Put(RecordOf(20));
  const auto record = pair.Next();  // has looked at the critical one, too
  ASSERT_TRUE(record);
  EXPECT_EQ(record->record_class, RecordClass::kTelemetry);
  pair.ReleaseTo(RecordClass::kTelemetry, record->position);
  EXPECT_EQ(telemetry_.Consumed(), record->position);
  EXPECT_EQ(critical_.Consumed(), 0U);
  EXPECT_EQ(pair.Next()->record_class, RecordClass::kCritical);
}

TEST_F(RingPairTest, LeavesCriticalRecordsWhereTheyAreWhenTheyCannotBeTaken) {
  RingPair pair = Open();
  critical_.Put(RecordOf(10));
  telemetry_.Put(RecordOf(20));
  EXPECT_EQ(pair.Next(/*critical=*/false)->record_class, RecordClass::kTelemetry);
  EXPECT_FALSE(pair.Next(/*critical=*/false));
  EXPECT_EQ(pair.Next()->record_class, RecordClass::kCritical);
}

TEST_F(RingPairTest, ARecordTooShortForATimeComesFirst) {
  RingPair pair = Open();
  critical_.Put(RecordOf(10));
  telemetry_.Put("short");
  EXPECT_EQ(AsText(pair.Next()->bytes), "short");
}

}  // namespace
}  // namespace brig::sensor
