// SPDX-License-Identifier: Apache-2.0
// One end of a SOCK_STREAM socketpair between two of brig's processes: frames in, frames out
// through a bounded queue, never blocking. Owns its descriptor. Not thread safe; the loop must
// outlive it.
#pragma once

#include <functional>
#include <string>

#include "agent/frame.h"
#include "agent/loop.h"
#include "base/unique_fd.h"

namespace brig::agent {

class Channel {
 public:
  static constexpr std::size_t kMaxQueue = 4 << 20;

  // The handler may destroy the channel. False: the frame is not to be taken; the channel goes
  // down.
  using OnFrame = std::function<bool(const Frame&)>;
  // Called once, when the peer has gone ("") or broke the protocol (why). May destroy the channel.
  using OnClosed = std::function<void(const std::string& offence)>;

  [[nodiscard]] static Result<std::unique_ptr<Channel>> Make(Loop& loop, UniqueFd fd,
                                                             OnFrame on_frame, OnClosed on_closed);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // False, and nothing is queued, when the queue is full or the channel is down.
  template <class Body>
  bool Send(Message message, const Body& body) {
    return SendBytes(message, EncodeBody(body));
  }
  bool SendBytes(Message message, std::string_view body);
  [[nodiscard]] std::size_t queued() const { return queue_.size() - sent_; }
  [[nodiscard]] bool open() const { return static_cast<bool>(fd_); }

 private:
  Channel(Loop& loop, UniqueFd fd) : loop_(loop), fd_(std::move(fd)) {}
  void Handle(std::uint32_t events);
  // False when this object may be gone.
  bool Receive();
  bool Flush();
  void Close(const std::string& offence);

  Loop& loop_;
  UniqueFd fd_;
  OnFrame on_frame_;
  OnClosed on_closed_;
  FrameReader reader_;
  std::string queue_;
  std::size_t sent_ = 0;                                        // of the queue's front
  bool waiting_ = false;                                        // for room in the socket
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // shared with calls in progress
};

}  // namespace brig::agent
