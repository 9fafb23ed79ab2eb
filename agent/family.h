// SPDX-License-Identifier: Apache-2.0
// The warden's children: one of each role, started, connected with each other, watched, and started
// again when they die. Not thread safe.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/control.h"
#include "agent/loop.h"
#include "agent/spawn.h"

namespace brig::agent {

class Family {
 public:
  struct Hooks {
    // What the next process of that role is to be told, and its handles (which stay the hook's).
    std::function<Setup(Role, std::vector<int>& handles)> setup;
    std::function<void(Role, pid_t)> started;
    // kReady, kLoaded and kNoticeKept; false ends the child.
    std::function<bool(Role, ControlMessage)> message;
    // It died; `how` is Reap's text with the reason when the warden itself ended it.
    std::function<void(Role, pid_t, const std::string& how)> died;
  };

  // `program` and `loop` must outlive the family.
  Family(Loop& loop, int program, Hooks hooks);
  ~Family();
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  // Starts the process, and connects it with the peers that run.
  [[nodiscard]] Result<> Start(Role role);
  // Starts it again after a time that doubles with each quick death. Never gives up.
  void StartLater(Role role);
  void Kill(Role role, const std::string& reason);
  // Asks all to stop; those that have not ended when the time is over are killed.
  void StopAll(const std::string& why, std::int64_t patience_ns);
  [[nodiscard]] bool Empty() const;

  template <class Body>
  bool Send(Role role, Message message, const Body& body) {
    Member& member = At(role);
    if (!member.control) return false;
    return member.control->Send(message, body).has_value();
  }
  [[nodiscard]] std::vector<ProcessStatus> Statuses() const;

 private:
  struct Member {
    std::unique_ptr<Control> control;  // null: it does not run
    Spawned process;
    std::string reason;  // why we killed it
    std::uint64_t starts = 0;
    std::uint64_t resident_bytes = 0;
    std::int64_t started_ns = 0;
    std::int64_t backoff_ns = 0;
    unsigned unanswered = 0;  // pings
  };
  Member& At(Role role) { return members_.at(static_cast<std::size_t>(role)); }
  void Connect(Role role);
  void Receive(Role role);
  bool Take(Role role, ControlMessage message);
  void HandleDeath(Role role);
  void PingAll();

  Loop& loop_;
  int program_;
  Hooks hooks_;
  std::array<Member, kRoleCount> members_;
  bool stopping_ = false;
};

}  // namespace brig::agent
