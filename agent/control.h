// SPDX-License-Identifier: Apache-2.0
// One end of the SOCK_SEQPACKET control channel between the warden and a child: small messages,
// with handles. Sending never blocks: a peer that does not read is hung, and the warden ends it.
// Owns its descriptor. Not thread safe.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/frame.h"
#include "base/unique_fd.h"

namespace brig::agent {

inline constexpr int kControlFd = 3;                        // of every child
inline constexpr std::size_t kMaxControlBytes = 192 << 10;  // a policy, long paths and more
inline constexpr std::size_t kMaxHandles = 200;             // the kernel takes 253 a message

struct ControlMessage {
  Message message = Message::kSetup;
  std::string body;
  std::vector<UniqueFd> handles;
};

class Control {
 public:
  explicit Control(UniqueFd fd) : fd_(std::move(fd)) {}

  // Two connected ends, close-on-exec.
  [[nodiscard]] static Result<std::pair<UniqueFd, UniqueFd>> Pair();

  // kUnavailable when the peer's queue is full or it has gone.
  template <class Body>
  [[nodiscard]] Result<> Send(Message message, const Body& body,
                              std::span<const int> handles = {}) {
    return SendBytes(message, EncodeBody(body), handles);
  }
  [[nodiscard]] Result<> SendBytes(Message message, std::string_view body,
                                   std::span<const int> handles);
  // The next message. kUnavailable: none waits now; kNotFound: the peer has gone; kInvalid: not
  // ours.
  [[nodiscard]] Result<ControlMessage> Receive(bool wait = false);

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace brig::agent
