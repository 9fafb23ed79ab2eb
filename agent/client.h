// SPDX-License-Identifier: Apache-2.0
// One connection of a client to brig's socket: a line in, lines out, everything bounded. The client
// may be hostile: it may send without end, never read, or go at any time. Not thread safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/loop.h"
#include "base/unique_fd.h"

namespace brig::agent {

class Client {
 public:
  static constexpr std::size_t kMaxWaiting = 4 << 20;  // unread answers: then the client goes
  static constexpr std::size_t kMaxFollowWaiting = 256 << 10;  // then records are skipped for it

  // Both may destroy the client.
  using OnLine = std::function<void(const std::string&)>;
  using OnGone = std::function<void()>;

  [[nodiscard]] static Result<std::unique_ptr<Client>> Make(Loop& loop, UniqueFd fd, OnLine on_line,
                                                            OnGone on_gone);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Adds a newline. The client goes, at the next turn of the loop, when it has not read too much.
  void Write(const std::string& line);
  // After what was written is sent, the connection ends.
  void Finish();
  // A record for a follower, or a count when it reads too slowly.
  void WriteRecord(const std::string& line, std::uint64_t skipped_before);
  void AddSkipped(std::uint64_t count) { skipped_ += count; }

  [[nodiscard]] std::size_t waiting() const { return out_.size() - sent_; }
  // When it last made progress: sent its request or read something.
  [[nodiscard]] std::int64_t progress_ns() const { return progress_ns_; }

 private:
  Client(Loop& loop, UniqueFd fd);
  void Handle(std::uint32_t events);
  void Receive();
  bool Flush();
  void Watch();

  Loop& loop_;
  UniqueFd fd_;
  OnLine on_line_;
  OnGone on_gone_;
  std::string in_;
  std::string out_;
  std::size_t sent_ = 0;
  std::uint64_t skipped_ = 0;
  std::int64_t progress_ns_;
  bool asked_ = false;
  bool more_input_ = true;
  bool finishing_ = false;
  bool broken_ = false;
};

}  // namespace brig::agent
