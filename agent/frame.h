// SPDX-License-Identifier: Apache-2.0
// Frames on the sockets between brig's processes: {u8 version, u8 0, u16 message, u32 size, body},
// little endian. A FrameReader cuts a byte stream into them and refuses the first thing that is not
// one. Not thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/messages.h"
#include "base/bytes.h"
#include "base/result.h"

namespace brig::agent {

inline constexpr std::size_t kFrameHeader = 8;
inline constexpr std::size_t kMaxFrame = 2 << 20;  // of a body

struct Frame {
  Message message = Message::kSetup;
  ByteView body;  // valid until the next call on the reader
};

std::string EncodeFrame(Message message, std::string_view body);

// The message and the size of the body that follows. kInvalid: not a frame of ours; kLimit: too
// large.
struct FrameHeader {
  Message message = Message::kSetup;
  std::size_t size = 0;
};
[[nodiscard]] Result<FrameHeader> DecodeFrameHeader(ByteView header);

class FrameReader {
 public:
  void Feed(ByteView bytes);
  // The next whole frame, or nothing until more is fed. After an error the stream is lost.
  [[nodiscard]] Result<std::optional<Frame>> Next();

 private:
  std::string buffer_;
  std::size_t start_ = 0;  // of what was not given out yet
};

}  // namespace brig::agent
