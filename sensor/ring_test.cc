// SPDX-License-Identifier: Apache-2.0
#include "sensor/ring.h"

#include <gtest/gtest.h>

#include <string>

#include "sensor/test_ring.h"

namespace brig::sensor {
namespace {

class RingTest : public testing::Test {
 protected:
  TestRing memory_;
};

TEST_F(RingTest, GivesRecordsInOrderAndKeepsThemUntilReleased) {
  auto ring = Ring::Open(memory_.fd(), TestRing::kSize);
  ASSERT_TRUE(ring);
  EXPECT_TRUE(ring->Next().empty());
  memory_.Put("one");
  memory_.Put("three");
  EXPECT_EQ(AsText(ring->Next()), "one");
  EXPECT_EQ(memory_.Consumed(), 0U);
  const std::uint64_t after_one = ring->position();
  EXPECT_EQ(AsText(ring->Next()), "three");
  ring->ReleaseTo(after_one);
  EXPECT_EQ(memory_.Consumed(), after_one);
}

TEST_F(RingTest, ANewReaderBeginsWhereTheLastOneLetGo) {
  {
    auto ring = Ring::Open(memory_.fd(), TestRing::kSize);
    memory_.Put("safe");
    memory_.Put("not safe yet");
    ring->Next();
    ring->Release();
    ring->Next();
  }
  auto ring = Ring::Open(memory_.fd(), TestRing::kSize);
  EXPECT_EQ(AsText(ring->Next()), "not safe yet");
}

TEST_F(RingTest, SkipsWhatWasGivenUpAndWaitsForWhatIsBeingWritten) {
  auto ring = Ring::Open(memory_.fd(), TestRing::kSize);
  memory_.Put("gone", 1U << 30);
  memory_.Put("whole");
  memory_.Put("busy", 1U << 31);
  EXPECT_EQ(AsText(ring->Next()), "whole");
  EXPECT_TRUE(ring->Next().empty());
}

TEST_F(RingTest, WrapsAround) {
  auto ring = Ring::Open(memory_.fd(), TestRing::kSize);
  for (int i = 0; i < 1000; ++i) {
    memory_.Put("record " + std::to_string(i));
    EXPECT_EQ(AsText(ring->Next()), "record " + std::to_string(i));
    ring->Release();
  }
}

}  // namespace
}  // namespace brig::sensor
