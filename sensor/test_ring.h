// SPDX-License-Identifier: Apache-2.0
// For tests: memory laid out as the kernel lays out a ring buffer, written by the test in the
// kernel's place.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/unique_fd.h"

namespace brig::sensor {

class TestRing {
 public:
  static constexpr std::size_t kSize = 4096;

  TestRing()
      : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))), fd_(::memfd_create("ring", 0)) {
    const std::size_t length = 2 * page_ + 2 * kSize;
    EXPECT_EQ(::ftruncate(fd_.get(), static_cast<off_t>(length)), 0);
    memory_ = static_cast<std::byte*>(
        ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0));
  }
  TestRing(const TestRing&) = delete;
  TestRing& operator=(const TestRing&) = delete;
  ~TestRing() { ::munmap(memory_, 2 * page_ + 2 * kSize); }

  [[nodiscard]] int fd() const { return fd_.get(); }

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
  [[nodiscard]] std::uint64_t Consumed() const {
    std::uint64_t value = 0;
    std::memcpy(&value, memory_, sizeof value);
    return value;
  }

 private:
  std::size_t page_;
  UniqueFd fd_;
  std::byte* memory_ = nullptr;
  std::uint64_t produced_ = 0;
};

}  // namespace brig::sensor
