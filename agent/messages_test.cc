// SPDX-License-Identifier: Apache-2.0
#include "agent/messages.h"

#include <gtest/gtest.h>

namespace brig::agent {
namespace {

constexpr State kStates[] = {State::kStarting, State::kRunning, State::kStopping};

TEST(Messages, TheSetupIsTakenOnceAndOnlyFromTheWarden) {
  EXPECT_TRUE(Accepts(Role::kEngine, Role::kWarden, Message::kSetup, State::kStarting));
  EXPECT_FALSE(Accepts(Role::kEngine, Role::kWarden, Message::kSetup, State::kRunning));
  EXPECT_FALSE(Accepts(Role::kEngine, Role::kReader, Message::kSetup, State::kStarting));
}

TEST(Messages, TheSignerHearsTheScribeAlone) {
  for (std::uint8_t sender = 0; sender < kRoleCount; ++sender) {
    const Role role = static_cast<Role>(sender);
    EXPECT_EQ(Accepts(Role::kSigner, role, Message::kSign, State::kRunning), role == Role::kScribe);
  }
}

TEST(Messages, TheCourierReachesNeitherTheLedgerNorTheReader) {
  for (std::uint16_t number = 0; number < 100; ++number) {
    for (const State state : kStates) {
      const auto message = static_cast<Message>(number);
      EXPECT_FALSE(Accepts(Role::kScribe, Role::kCourier, message, state));
      EXPECT_FALSE(Accepts(Role::kSigner, Role::kCourier, message, state));
      EXPECT_FALSE(Accepts(Role::kReader, Role::kCourier, message, state));
    }
  }
}

TEST(Messages, AnAnswerIsTakenFromWhomTheRequestWentTo) {
  EXPECT_TRUE(Accepts(Role::kEngine, Role::kScribe, Message::kKept, State::kRunning));
  EXPECT_FALSE(Accepts(Role::kEngine, Role::kCourier, Message::kKept, State::kRunning));
  EXPECT_TRUE(Accepts(Role::kCourier, Role::kEngine, Message::kAnswer, State::kRunning));
  EXPECT_FALSE(Accepts(Role::kCourier, Role::kScribe, Message::kAnswer, State::kRunning));
}

TEST(Messages, UnknownNumbersAreTakenFromNobody) {
  for (std::uint8_t self = 0; self < kRoleCount; ++self)
    for (std::uint8_t sender = 0; sender < kRoleCount; ++sender)
      for (const State state : kStates)
        EXPECT_FALSE(Accepts(static_cast<Role>(self), static_cast<Role>(sender),
                             static_cast<Message>(9999), state));
}

TEST(Messages, ABodyComesBackAsItWas) {
  Append append{.number = 7, .critical = true, .positioned = true};
  append.position = {3, 99};
  append.records = {"one", std::string("\0two", 4)};
  const auto back = DecodeBody<Append>(AsBytes(EncodeBody(append)));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->number, 7U);
  EXPECT_EQ(back->position.sequence, 99U);
  EXPECT_EQ(back->records, append.records);
}

TEST(Messages, ABodyWithOneByteTooManyOrTooFewIsRefused) {
  std::string body = EncodeBody(Text{"hello"});
  EXPECT_FALSE(DecodeBody<Text>(AsBytes(body + "x")));
  body.pop_back();
  EXPECT_FALSE(DecodeBody<Text>(AsBytes(body)));
}

}  // namespace
}  // namespace brig::agent
