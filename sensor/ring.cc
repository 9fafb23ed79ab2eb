// SPDX-License-Identifier: Apache-2.0
#include "sensor/ring.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <utility>

namespace brig::sensor {
namespace {

constexpr std::uint32_t kBusy = 1U << 31;     // the record is still being written
constexpr std::uint32_t kDiscard = 1U << 30;  // it was given up
constexpr std::size_t kHeader = 8;

// Positions are shared with the kernel: acquire what it published, release what is given back.
std::uint64_t LoadPosition(const std::byte* page) {
  return std::atomic_ref(*reinterpret_cast<std::uint64_t*>(const_cast<std::byte*>(page)))
      .load(std::memory_order_acquire);
}

}  // namespace

Ring::Ring(std::byte* consumer, std::byte* producer, std::size_t size, std::size_t page)
    : consumer_(consumer),
      producer_(producer),
      size_(size),
      page_(page),
      position_(LoadPosition(consumer)) {}

Ring::Ring(Ring&& other) noexcept
    : consumer_(std::exchange(other.consumer_, nullptr)),
      producer_(other.producer_),
      size_(other.size_),
      page_(other.page_),
      position_(other.position_) {}

Ring::~Ring() {
  if (consumer_ == nullptr) return;
  ::munmap(consumer_, page_);
  ::munmap(producer_, page_ + 2 * size_);
}

Result<Ring> Ring::Open(int map_fd, std::size_t size_bytes) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* consumer = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
  if (consumer == MAP_FAILED) return FailErrno("map the ring buffer");
  void* producer = ::mmap(nullptr, page + 2 * size_bytes, PROT_READ, MAP_SHARED, map_fd,
                          static_cast<off_t>(page));
  if (producer == MAP_FAILED) {
    const int failed = errno;
    ::munmap(consumer, page);
    return FailErrno("map the ring buffer's data", failed);
  }
  return Ring(static_cast<std::byte*>(consumer), static_cast<std::byte*>(producer), size_bytes,
              page);
}

ByteView Ring::Next() {
  while (position_ < LoadPosition(producer_)) {
    std::byte* at = producer_ + page_ + (position_ & (size_ - 1));
    const std::uint32_t word =
        std::atomic_ref(*reinterpret_cast<std::uint32_t*>(at)).load(std::memory_order_acquire);
    if ((word & kBusy) != 0) return {};
    const std::size_t length = word & ~kDiscard;
    position_ += (kHeader + length + 7) & ~std::size_t{7};
    if ((word & kDiscard) == 0) return {at + kHeader, length};
  }
  return {};
}

void Ring::Release() { ReleaseTo(position_); }

void Ring::ReleaseTo(std::uint64_t position) {
  std::atomic_ref(*reinterpret_cast<std::uint64_t*>(consumer_))
      .store(position, std::memory_order_release);
}

}  // namespace brig::sensor
