// SPDX-License-Identifier: Apache-2.0
// Ring: the reading end of a BPF ring buffer, by its descriptor alone (no BPF privilege needed).
// Unlike libbpf's reader it separates looking from letting go: a record stays in the ring until
// Release, so a reader that dies before its work is safe leaves it to the next one. One reader at a
// time; not thread safe. Format: Linux, Documentation/bpf/ringbuf.rst: two pages of positions, then
// the data mapped twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"

namespace brig::sensor {

class Ring {
 public:
  // Maps the ring behind `map_fd`, which stays the caller's. `size_bytes` is the map's max_entries.
  [[nodiscard]] static Result<Ring> Open(int map_fd, std::size_t size_bytes);

  // The next record, or an empty view when there is none ready. Valid until Release.
  ByteView Next();
  // Everything that Next has given so far may be overwritten by the kernel.
  void Release();
  // How far Next has read and how far Release let go, in bytes since the ring was made.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  // Lets go only up to `position`, which an earlier position() gave.
  void ReleaseTo(std::uint64_t position);

  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&&) = delete;
  ~Ring();

 private:
  Ring(std::byte* consumer, std::byte* producer, std::size_t size, std::size_t page);

  std::byte* consumer_;  // one page, writable
  std::byte* producer_;  // one page and the data twice, read only
  std::size_t size_;
  std::size_t page_;
  std::uint64_t position_ = 0;
};

inline constexpr std::size_t kCriticalRingBytes = 2 << 20;
inline constexpr std::size_t kTelemetryRingBytes = 4 << 20;
inline constexpr std::size_t kAnnouncementRingBytes = 512 << 10;

}  // namespace brig::sensor
