// SPDX-License-Identifier: Apache-2.0
#include "agent/frame.h"

#include <gtest/gtest.h>

namespace brig::agent {
namespace {

TEST(FrameReader, CutsAStreamThatComesByteByByte) {
  const std::string stream = EncodeFrame(Message::kPing, "") + EncodeFrame(Message::kKept, "body");
  FrameReader reader;
  std::vector<std::pair<Message, std::string>> frames;
  for (const char byte : stream) {
    reader.Feed(AsBytes(std::string_view(&byte, 1)));
    for (;;) {
      const auto frame = reader.Next();
      ASSERT_TRUE(frame);
      if (!*frame) break;
      frames.emplace_back((*frame)->message, AsText((*frame)->body));
    }
  }
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0], (std::pair{Message::kPing, std::string()}));
  EXPECT_EQ(frames[1], (std::pair{Message::kKept, std::string("body")}));
}

TEST(FrameReader, RefusesAnotherVersion) {
  std::string frame = EncodeFrame(Message::kPing, "");
  frame[0] = 2;
  FrameReader reader;
  reader.Feed(AsBytes(frame));
  EXPECT_EQ(reader.Next().error().code, ErrorCode::kInvalid);
}

TEST(FrameReader, RefusesAFrameLargerThanTheLimitBeforeItsBodyComes) {
  std::string frame = EncodeFrame(Message::kPing, "");
  frame[4] = frame[5] = frame[6] = frame[7] = '\xff';
  FrameReader reader;
  reader.Feed(AsBytes(frame));
  EXPECT_EQ(reader.Next().error().code, ErrorCode::kLimit);
}

TEST(FrameReader, WaitsForTheRestOfABody) {
  const std::string frame = EncodeFrame(Message::kKept, "body");
  FrameReader reader;
  reader.Feed(AsBytes(frame).first(frame.size() - 1));
  const auto none = reader.Next();
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
}

}  // namespace
}  // namespace brig::agent
