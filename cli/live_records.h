// SPDX-License-Identifier: Apache-2.0
// Records as they happen, from brigd, without those that were read from disk before. Not thread
// safe.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/result.h"
#include "cli/client.h"
#include "model/record.h"

namespace brig::cli {

struct LiveRecord {
  Record record;
  std::uint64_t skipped = 0;  // when not 0: brigd left out so many for us, `record` holds nothing
};

class LiveRecords {
 public:
  // Asks brigd to send on; returns once it has promised to. History read after this leaves no gap.
  // `all`: also what brig does not keep by default (opens); the kernel sends it only while asked.
  [[nodiscard]] static Result<LiveRecords> Start(const std::string& socket_path, bool all);
  // A record read from disk, which brigd may send as well.
  void AlreadySeen(const Record& record);
  // Nothing when the time is over.
  [[nodiscard]] Result<std::optional<LiveRecord>> Next(std::chrono::milliseconds timeout);
  // One that has arrived already, or nothing.
  [[nodiscard]] Result<std::optional<LiveRecord>> Take();
  [[nodiscard]] int fd() const { return client_.fd(); }

 private:
  static constexpr std::size_t kMaxRemembered = 4096;
  explicit LiveRecords(Client client) : client_(std::move(client)) {}
  [[nodiscard]] Result<std::optional<LiveRecord>> Use(Result<std::optional<Answer>> answer);

  Client client_;
  std::deque<Record> recent_;             // the newest from disk
  std::unordered_set<std::string> seen_;  // their JSON, made when the first live record comes
};

}  // namespace brig::cli
