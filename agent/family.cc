// SPDX-License-Identifier: Apache-2.0
#include "agent/family.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "base/log.h"

namespace brig::agent {
namespace {

constexpr std::int64_t kPingInterval = 2 * kSecond;
constexpr unsigned kMaxUnanswered = 15;  // pings: half a minute without a sign of life
// The loader is silent while the kernel checks its programs: minutes, on a slow or busy host.
constexpr unsigned kMaxUnansweredLoading = 300;
constexpr std::int64_t kMinBackoff = 50 * kMillisecond;
constexpr std::int64_t kMaxBackoff = 10 * kSecond;
constexpr std::int64_t kLongLife = 30 * kSecond;  // after which a death starts with no backoff

}  // namespace

Family::Family(Loop& loop, int program, Hooks hooks)
    : loop_(loop), program_(program), hooks_(std::move(hooks)) {
  loop_.Every(kPingInterval, [this] { PingAll(); });
}

Family::~Family() {
  for (Member& member : members_) {
    if (!member.control) continue;
    loop_.Remove(member.control->fd());
    loop_.Remove(member.process.pidfd.get());
    ::syscall(SYS_pidfd_send_signal, member.process.pidfd.get(), SIGKILL, nullptr, 0);
  }
}

Result<> Family::Start(Role role) {
  Member& member = At(role);
  BRIG_CHECK(!member.control);
  BRIG_ASSIGN(auto ends, Control::Pair());
  std::vector<int> handles;
  Setup setup = hooks_.setup(role, handles);
  setup.starts = member.starts;
  BRIG_ASSIGN(member.process, Spawn(program_, role, ends.second.get()));
  member.control = std::make_unique<Control>(std::move(ends.first));
  member.started_ns = SystemClock().BootNs();
  member.unanswered = 0;
  member.resident_bytes = 0;
  member.reason.clear();
  ++member.starts;
  BRIG_TRY(
      loop_.Add(member.control->fd(), EPOLLIN, [this, role](std::uint32_t) { Receive(role); }));
  BRIG_TRY(loop_.Add(member.process.pidfd.get(), EPOLLIN,
                     [this, role](std::uint32_t) { HandleDeath(role); }));
  BRIG_TRY(member.control->Send(Message::kSetup, setup, handles));
  hooks_.started(role, member.process.pid);
  Connect(role);
  return {};
}

// A new socketpair for each link of this role whose other end runs.
void Family::Connect(Role role) {
  for (const Link& link : kLinks) {
    if (link.a != role && link.b != role) continue;
    const Role other = link.a == role ? link.b : link.a;
    if (!At(other).control) continue;
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
      LogError("make connection: {}", std::strerror(errno));
      continue;
    }
    const UniqueFd ours(fds[0]), others(fds[1]);
    const int mine = ours.get(), theirs = others.get();
    if (!At(role).control->Send(Message::kPeer, Peer{other}, std::span(&mine, 1)))
      Kill(role, "it does not read its messages");
    if (!At(other).control->Send(Message::kPeer, Peer{role}, std::span(&theirs, 1)))
      Kill(other, "it does not read its messages");
  }
}

void Family::Receive(Role role) {
  for (;;) {
    Member& member = At(role);
    if (!member.control) return;
    auto message = member.control->Receive();
    if (message) {
      if (!Take(role, *std::move(message))) Kill(role, "it sent a message that was not to be sent");
      continue;
    }
    if (message.error().code == ErrorCode::kUnavailable) return;
    // Its end is closed: it exits, or it has lost the one handle it must never lose.
    loop_.Remove(member.control->fd());
    if (message.error().code != ErrorCode::kNotFound) Kill(role, message.error().message);
    return;
  }
}

bool Family::Take(Role role, ControlMessage message) {
  if (!Accepts(Role::kWarden, role, message.message, State::kStarting)) return false;
  const ByteView body = AsBytes(message.body);
  if (message.message == Message::kPong) {
    const auto pong = DecodeBody<Pong>(body);
    if (!pong) return false;
    At(role).unanswered = 0;
    At(role).resident_bytes = pong->resident_bytes;
    return true;
  }
  if (message.message == Message::kOffence) {
    const auto offence = DecodeBody<Offence>(body);
    if (!offence || static_cast<std::uint8_t>(offence->role) >= kRoleCount) return false;
    Kill(offence->role, fmt::format("the {} refused its message: {}", NameOf(role),
                                    Printable(offence->text, 200)));
    return true;
  }
  return hooks_.message(role, std::move(message));
}

void Family::Kill(Role role, const std::string& reason) {
  Member& member = At(role);
  if (!member.control) return;
  if (member.reason.empty()) member.reason = reason;
  ::syscall(SYS_pidfd_send_signal, member.process.pidfd.get(), SIGKILL, nullptr, 0);
}

void Family::HandleDeath(Role role) {
  Member& member = At(role);
  auto how = Reap(member.process.pidfd.get());
  if (!how) {
    if (how.error().code == ErrorCode::kUnavailable) return;
    how = how.error().message;
  }
  if (!member.reason.empty()) *how += fmt::format(" by the warden, because {}", member.reason);
  Receive(role);  // its last words
  loop_.Remove(member.control->fd());
  loop_.Remove(member.process.pidfd.get());
  const pid_t pid = member.process.pid;
  member.control.reset();
  member.process = Spawned();
  hooks_.died(role, pid, *how);
}

void Family::StartLater(Role role) {
  Member& member = At(role);
  const std::int64_t lived = SystemClock().BootNs() - member.started_ns;
  const std::int64_t delay = lived > kLongLife ? 0 : member.backoff_ns;
  member.backoff_ns =
      lived > kLongLife ? kMinBackoff : std::clamp(member.backoff_ns * 2, kMinBackoff, kMaxBackoff);
  loop_.After(delay, [this, role] {
    if (stopping_ || At(role).control) return;
    const auto started = Start(role);
    if (started) return;
    LogError("start {}: {}", NameOf(role), started.error().message);
    if (At(role).control)
      Kill(role, "it could not be set up");
    else
      StartLater(role);
  });
}

void Family::PingAll() {
  for (std::uint8_t i = 0; i < kRoleCount; ++i) {
    const Role role = static_cast<Role>(i);
    if (!At(role).control) continue;
    (void)Send(role, Message::kPing, Nothing{});
    const unsigned limit = role == Role::kLoader ? kMaxUnansweredLoading : kMaxUnanswered;
    if (++At(role).unanswered > limit) Kill(role, "it gave no sign of life");
  }
}

void Family::StopAll(const std::string& why, std::int64_t patience_ns) {
  stopping_ = true;
  for (std::uint8_t i = 0; i < kRoleCount; ++i) {
    const Role role = static_cast<Role>(i);
    if (At(role).control && !Send(role, Message::kStop, Text{why}))
      Kill(role, "it does not read its messages");
  }
  loop_.After(patience_ns, [this] {
    for (std::uint8_t i = 0; i < kRoleCount; ++i)
      Kill(static_cast<Role>(i), "it did not stop in time");
  });
}

bool Family::Empty() const {
  return std::ranges::none_of(members_,
                              [](const Member& member) { return member.control != nullptr; });
}

std::vector<ProcessStatus> Family::Statuses() const {
  std::vector<ProcessStatus> statuses;
  for (std::uint8_t i = 0; i < kRoleCount; ++i) {
    const Member& member = members_.at(i);
    if (!member.control || static_cast<Role>(i) == Role::kLoader) continue;
    statuses.push_back({std::string(kRoleNames[i]), static_cast<std::uint32_t>(member.process.pid),
                        member.starts - 1, member.resident_bytes});
  }
  return statuses;
}

}  // namespace brig::agent
