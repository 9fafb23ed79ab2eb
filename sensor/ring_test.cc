// SPDX-License-Identifier: Apache-2.0
#include "sensor/ring.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/unique_fd.h"

namespace brig::sensor {
namespace {

// Memory laid out as the kernel lays out a ring buffer, written by the test in the kernel's place.
class RingTest : public testing::Test {
 protected:
  static constexpr std::size_t kSize = 4096;

  RingTest()
      : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))), fd_(::memfd_create("ring", 0)) {
    const std::size_t length = 2 * page_ + 2 * kSize;
    EXPECT_EQ(::ftruncate(fd_.get(), static_cast<off_t>(length)), 0);
    memory_ = static_cast<std::byte*>(
        ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0));
  }
  ~RingTest() override { ::munmap(memory_, 2 * page_ + 2 * kSize); }

  void Put(std::string_view text, std::uint32_t flags = 0) {
    const auto word = static_cast<std::uint32_t>(text.size()) | flags;
    for (const std::size_t copy : {std::size_t{0}, kSize}) {
      const std::size_t at = 2 * page_ + (produced_ % kSize) + copy;
      std::memcpy(memory_ + at, &word, sizeof word);
      const std::size_t room = 2 * page_ + 2 * kSize - at - 8;
      std::memcpy(memory_ + at + 8, text.data(), std::min(room, text.size()));
    }
    produced_ += (8 + text.size() + 7) & ~std::size_t{7};
    std::memcpy(memory_ + page_, &produced_, sizeof produced_);
  }
  std::uint64_t Consumed() const {
    std::uint64_t value = 0;
    std::memcpy(&value, memory_, sizeof value);
    return value;
  }

  std::size_t page_;
  UniqueFd fd_;
  std::byte* memory_ = nullptr;
  std::uint64_t produced_ = 0;
};

TEST_F(RingTest, GivesRecordsInOrderAndKeepsThemUntilReleased) {
  auto ring = Ring::Open(fd_.get(), kSize);
  ASSERT_TRUE(ring);
  EXPECT_TRUE(ring->Next().empty());
  Put("one");
  Put("three");
  EXPECT_EQ(AsText(ring->Next()), "one");
  EXPECT_EQ(Consumed(), 0U);
  const std::uint64_t after_one = ring->position();
  EXPECT_EQ(AsText(ring->Next()), "three");
  ring->ReleaseTo(after_one);
  EXPECT_EQ(Consumed(), after_one);
}

TEST_F(RingTest, ANewReaderBeginsWhereTheLastOneLetGo) {
  {
    auto ring = Ring::Open(fd_.get(), kSize);
    Put("safe");
    Put("not safe yet");
    ring->Next();
    ring->Release();
    ring->Next();
  }
  auto ring = Ring::Open(fd_.get(), kSize);
  EXPECT_EQ(AsText(ring->Next()), "not safe yet");
}

TEST_F(RingTest, SkipsWhatWasGivenUpAndWaitsForWhatIsBeingWritten) {
  auto ring = Ring::Open(fd_.get(), kSize);
  Put("gone", 1U << 30);
  Put("whole");
  Put("busy", 1U << 31);
  EXPECT_EQ(AsText(ring->Next()), "whole");
  EXPECT_TRUE(ring->Next().empty());
}

TEST_F(RingTest, WrapsAround) {
  auto ring = Ring::Open(fd_.get(), kSize);
  for (int i = 0; i < 1000; ++i) {
    Put("record " + std::to_string(i));
    EXPECT_EQ(AsText(ring->Next()), "record " + std::to_string(i));
    ring->Release();
  }
}

}  // namespace
}  // namespace brig::sensor
