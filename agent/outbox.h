// SPDX-License-Identifier: Apache-2.0
// Records on their way from the engine to the ledger: kept here until the scribe says that they are
// durable, sent again to a scribe that was started again, without what the one before had kept.
// Bounded. With each batch goes the kernel ring's position that may be let go once it is durable.
// Not thread safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/messages.h"
#include "base/bytes.h"

namespace brig::agent {

class Outbox {
 public:
  static constexpr std::size_t kMaxBytes = 6 << 20;
  static constexpr std::size_t kMaxTelemetryBytes = 3 << 20;  // beyond, telemetry is not taken
  static constexpr std::size_t kMaxBatchBytes = 48 << 10;     // of telemetry in one message

  // From one critical event. `ring` is the position behind it.
  void AddCritical(std::vector<std::string> records, std::optional<Position> position,
                   std::optional<std::uint64_t> ring);
  // False when there is no room; the caller counts it.
  bool AddTelemetry(std::string record);

  // No room for critical records: the ring must wait, or the oldest must go.
  [[nodiscard]] bool Full() const { return bytes_ >= kMaxBytes; }
  // Gives up the oldest half; how many records that were. What the ring may let go: see released().
  std::uint64_t DropOldest();

  // The next message for the scribe, or null. After Sent it is the following one's turn.
  const std::string* NextToSend();
  void Sent() { ++sent_; }

  void TakeKept(const Kept& kept);
  // A scribe was started anew: what is in `digests` is kept already, the rest is to be sent again.
  void TakeResumed(const Resumed& resumed);
  [[nodiscard]] Resume MakeResume() const { return {entries_, resumed_}; }
  // Whether a scribe has ever said that it is ready for this outbox.
  [[nodiscard]] bool resumed() const { return resumed_; }

  // Up to where the critical ring may be let go; nothing new: no value.
  std::optional<std::uint64_t> TakeReleased();
  [[nodiscard]] bool empty() const { return items_.empty() && batch_.empty(); }
  [[nodiscard]] std::size_t size_bytes() const { return bytes_; }

 private:
  struct Item {
    std::uint64_t number = 0;
    std::string body;  // an encoded Append
    std::optional<std::uint64_t> ring;
  };
  void Push(Append append, std::optional<std::uint64_t> ring);
  void CloseBatch();
  void PopFront();

  std::deque<Item> items_;
  std::size_t sent_ = 0;  // of items_
  std::size_t bytes_ = 0;
  std::vector<std::string> batch_;  // telemetry that waits for company
  std::size_t batch_bytes_ = 0;
  std::uint64_t next_number_ = 1;
  std::uint64_t entries_ = 0;  // of the ledger at the last acknowledgement
  std::optional<std::uint64_t> released_;
  bool resumed_ = false;
};

}  // namespace brig::agent
