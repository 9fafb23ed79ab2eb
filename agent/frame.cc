// SPDX-License-Identifier: Apache-2.0
#include "agent/frame.h"

#include <fmt/format.h>

#include <utility>

namespace brig::agent {

std::string EncodeFrame(Message message, std::string_view body) {
  BRIG_CHECK(body.size() <= kMaxFrame);
  ByteWriter header;
  header.Fixed(kProtocolVersion);
  header.Fixed<std::uint8_t>(0);
  header.Fixed(std::to_underlying(message));
  header.Fixed(static_cast<std::uint32_t>(body.size()));
  std::string frame(AsText(header.bytes()));
  frame.append(body);
  return frame;
}

Result<FrameHeader> DecodeFrameHeader(ByteView header) {
  ByteReader in(header);
  const auto version = in.Fixed<std::uint8_t>();
  const auto zero = in.Fixed<std::uint8_t>();
  const auto message = in.Fixed<std::uint16_t>();
  const auto size = in.Fixed<std::uint32_t>();
  if (in.failed()) return Fail(ErrorCode::kInvalid, "frame without a whole header");
  if (version != kProtocolVersion || zero != 0)
    return Fail(ErrorCode::kInvalid, fmt::format("frame of protocol version {}", version));
  if (size > kMaxFrame) return Fail(ErrorCode::kLimit, fmt::format("frame of {} bytes", size));
  return FrameHeader{static_cast<Message>(message), size};
}

void FrameReader::Feed(ByteView bytes) {
  if (start_ > 0) {
    buffer_.erase(0, start_);
    start_ = 0;
    // One large message must not cost its size for ever.
    if (buffer_.empty() && buffer_.capacity() > (1 << 16)) buffer_ = std::string();
  }
  buffer_.append(AsText(bytes));
}

Result<std::optional<Frame>> FrameReader::Next() {
  const ByteView left = AsBytes(buffer_).subspan(start_);
  if (left.size() < kFrameHeader) return std::nullopt;
  BRIG_ASSIGN(const FrameHeader header, DecodeFrameHeader(left.first(kFrameHeader)));
  if (left.size() < kFrameHeader + header.size) return std::nullopt;
  start_ += kFrameHeader + header.size;
  return Frame{header.message, left.subspan(kFrameHeader, header.size)};
}

}  // namespace brig::agent
