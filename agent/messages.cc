// SPDX-License-Identifier: Apache-2.0
#include "agent/messages.h"

namespace brig::agent {
namespace {

constexpr std::uint8_t kStarting = static_cast<std::uint8_t>(State::kStarting);
constexpr std::uint8_t kRunning = static_cast<std::uint8_t>(State::kRunning);
constexpr std::uint8_t kStopping = static_cast<std::uint8_t>(State::kStopping);
constexpr std::uint8_t kAlive = kRunning | kStopping;

struct Rule {
  Role self, sender;
  Message message;
  std::uint8_t states;
};

// What every child takes from the warden.
constexpr Rule kFromWarden[] = {
    {Role::kWarden, Role::kWarden, Message::kSetup, kStarting},
    {Role::kWarden, Role::kWarden, Message::kPeer, kRunning},
    {Role::kWarden, Role::kWarden, Message::kStop, kRunning},
    {Role::kWarden, Role::kWarden, Message::kPing, kAlive},
};

// What the warden takes from every child.
constexpr Message kToWarden[] = {Message::kReady, Message::kPong, Message::kOffence};

constexpr Rule kRules[] = {
    {Role::kWarden, Role::kLoader, Message::kLoaded, kStarting},
    {Role::kWarden, Role::kReader, Message::kSettled, kStarting | kAlive},
    {Role::kWarden, Role::kScribe, Message::kNoticeKept, kStarting | kAlive},

    {Role::kReader, Role::kEngine, Message::kAllow, kAlive},
    {Role::kReader, Role::kEngine, Message::kWant, kAlive},

    {Role::kEngine, Role::kWarden, Message::kProcesses, kAlive},
    {Role::kEngine, Role::kReader, Message::kFacts, kAlive},
    {Role::kEngine, Role::kReader, Message::kBirth, kAlive},
    {Role::kEngine, Role::kReader, Message::kReaderNotes, kAlive},
    {Role::kEngine, Role::kReader, Message::kReaderNotice, kAlive},
    {Role::kEngine, Role::kScribe, Message::kResumed, kAlive},
    {Role::kEngine, Role::kScribe, Message::kKept, kAlive},
    {Role::kEngine, Role::kCanary, Message::kProofs, kAlive},
    {Role::kEngine, Role::kCourier, Message::kQuery, kAlive},
    {Role::kEngine, Role::kCourier, Message::kFollow, kAlive},

    {Role::kScribe, Role::kWarden, Message::kNotice, kAlive},
    {Role::kScribe, Role::kEngine, Message::kResume, kAlive},
    {Role::kScribe, Role::kEngine, Message::kAppend, kAlive},
    {Role::kScribe, Role::kSigner, Message::kSigned, kAlive},
    {Role::kScribe, Role::kCanary, Message::kProofs, kAlive},

    {Role::kSigner, Role::kScribe, Message::kSign, kAlive},

    {Role::kCourier, Role::kEngine, Message::kAnswer, kAlive},
    {Role::kCourier, Role::kEngine, Message::kLive, kAlive},
};

}  // namespace

bool Accepts(Role self, Role sender, Message message, State state) {
  const auto now = static_cast<std::uint8_t>(state);
  if (self != Role::kWarden && sender == Role::kWarden) {
    for (const Rule& rule : kFromWarden)
      if (rule.message == message) return (rule.states & now) != 0;
  }
  if (self == Role::kWarden && sender != Role::kWarden) {
    for (const Message each : kToWarden)
      if (each == message) return true;
  }
  for (const Rule& rule : kRules) {
    if (rule.self == self && rule.sender == sender && rule.message == message)
      return (rule.states & now) != 0;
  }
  return false;
}

}  // namespace brig::agent
