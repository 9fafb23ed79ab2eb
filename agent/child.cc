// SPDX-License-Identifier: Apache-2.0
#include "agent/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/file.h"
#include "base/log.h"

namespace brig::agent {

int Start::HandleFor(HandleUse use, std::string_view name) const {
  for (std::size_t i = 0; i < setup.handles.size(); ++i)
    if (setup.handles[i].use == use && (name.empty() || setup.handles[i].name == name))
      return handles[i].get();
  return -1;
}

std::vector<int> Start::AllHandles() const {
  std::vector<int> all = {control.fd(), statm.get()};
  for (const UniqueFd& handle : handles) all.push_back(handle.get());
  return all;
}

Result<Start> ReceiveStart(Role role) {
  Control control{UniqueFd(kControlFd)};
  BRIG_ASSIGN(ControlMessage message, control.Receive(/*wait=*/true));
  if (!Accepts(role, Role::kWarden, message.message, State::kStarting))
    return Fail(ErrorCode::kInvalid, "first message is not the setup");
  BRIG_ASSIGN(Setup setup, DecodeBody<Setup>(AsBytes(message.body)));
  if (setup.handles.size() != message.handles.size())
    return Fail(ErrorCode::kInvalid, "setup names other handles than it brings");
  BRIG_ASSIGN(UniqueFd statm, OpenFile("/proc/self/statm", O_RDONLY));
  return Start{role, std::move(control), std::move(setup), std::move(message.handles),
               std::move(statm)};
}

int Refuse(Start& start, Trouble trouble, const Error& error) {
  LogError("{}", error.message);
  (void)start.control.Send(Message::kReady, Ready{trouble, error.message});
  return 1;
}

std::uint64_t ResidentBytes(std::string_view statm) {
  const std::size_t space = statm.find(' ');
  if (space == std::string_view::npos) return 0;
  std::uint64_t pages = 0;
  std::from_chars(statm.data() + space + 1, statm.data() + statm.size(), pages);
  return pages * 4096;
}

static std::uint64_t ReadResidentBytes(int statm) {
  std::array<char, 128> text;
  const ssize_t got = ::pread(statm, text.data(), text.size(), 0);
  return got <= 0 ? 0 : ResidentBytes({text.data(), static_cast<std::size_t>(got)});
}

Child::Child(Start& start, Loop& loop) : start_(start), loop_(loop) {}

int Child::Run(bool ready) {
  const auto watched =
      loop_.Add(start_.control.fd(), EPOLLIN, [this](std::uint32_t) { HandleControl(); });
  if (!watched) return Refuse(start_, Trouble::kFatal, watched.error());
  if (ready) Tell(Message::kReady, Ready{});
  const auto ran = loop_.Run();
  if (!ran) {
    LogError("{}", ran.error().message);
    return 1;
  }
  return exit_code_;
}

void Child::Exit(int code) {
  exit_code_ = code;
  loop_.Stop();
}

Channel* Child::peer(Role role) {
  const auto found = peers_.find(role);
  return found == peers_.end() ? nullptr : found->second.get();
}

void Child::HandleControl() {
  for (;;) {
    auto message = start_.control.Receive();
    if (message) {
      TakeControl(*std::move(message));
      continue;
    }
    if (message.error().code == ErrorCode::kUnavailable) return;
    loop_.Remove(start_.control.fd());
    warden_gone_ = true;
    return Stop(std::string(kWardenGone));
  }
}

void Child::TakeControl(ControlMessage message) {
  // The warden is trusted, so a message that does not fit is a mistake of ours.
  BRIG_CHECK(Accepts(start_.role, Role::kWarden, message.message, state_) ||
             state_ == State::kStopping);
  const ByteView body = AsBytes(message.body);
  if (message.message == Message::kPing) {
    Tell(Message::kPong, Pong{ReadResidentBytes(start_.statm.get())});
  } else if (message.message == Message::kPeer) {
    const auto peer = DecodeBody<Peer>(body);
    BRIG_CHECK(peer && message.handles.size() == 1);
    if (state_ == State::kRunning) Connect(peer->role, std::move(message.handles[0]));
  } else if (message.message == Message::kStop) {
    const auto why = DecodeBody<Text>(body);
    BRIG_CHECK(why);
    Stop(why->text);
  } else {
    BRIG_CHECK(OnMessage(Role::kWarden, message.message, body));
  }
}

void Child::Stop(const std::string& why) {
  if (state_ == State::kStopping) return;
  state_ = State::kStopping;
  OnStop(why);
}

void Child::Connect(Role role, UniqueFd fd) {
  // The new connection means that the peer was started again, also when the old one did not yet
  // end.
  if (peers_.erase(role) != 0) OnPeerGone(role);
  auto channel = Channel::Make(
      loop_, std::move(fd),
      [this, role](const Frame& frame) {
        return Accepts(start_.role, role, frame.message, state_) &&
               OnMessage(role, frame.message, frame.body);
      },
      [this, role](const std::string& offence) { Disconnect(role, offence); });
  if (!channel) return LogError("connect to {}: {}", NameOf(role), channel.error().message);
  peers_[role] = *std::move(channel);
  OnPeer(role);
}

void Child::Disconnect(Role role, const std::string& offence) {
  // Copied: it may lie in the channel that goes now.
  const Offence told{role, offence};
  peers_.erase(role);
  if (!told.text.empty()) {
    LogError("{} broke the protocol: {}", NameOf(role), told.text);
    Tell(Message::kOffence, told);
  }
  OnPeerGone(role);
}

}  // namespace brig::agent
