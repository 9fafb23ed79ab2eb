// SPDX-License-Identifier: Apache-2.0
// What all processes under the warden have in common: the control channel, the connections to
// peers, the table of accepted messages. A role derives from it and handles its own messages. When
// the warden has gone, that is a stop like any other, with the text kWardenGone. Not thread safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/channel.h"
#include "agent/control.h"
#include "agent/loop.h"
#include "agent/messages.h"

namespace brig::agent {

inline constexpr std::string_view kWardenGone = "the warden ended without stopping brig";

// Everything a child gets before it confines itself.
struct Start {
  Role role = Role::kReader;
  Control control;
  Setup setup;
  std::vector<UniqueFd> handles;  // as setup.handles names them
  UniqueFd statm;                 // /proc/self/statm, to tell how much memory it holds

  // The first handle for that use and name, or -1. It stays the Start's.
  [[nodiscard]] int HandleFor(HandleUse use, std::string_view name = "") const;
  // Every handle, for CloseOtherHandles.
  [[nodiscard]] std::vector<int> AllHandles() const;
};

// Takes kSetup from the control channel, waiting for it.
[[nodiscard]] Result<Start> ReceiveStart(Role role);

class Child {
 public:
  // Both must outlive the child.
  Child(Start& start, Loop& loop);
  virtual ~Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Tells the warden that the process works (later, by itself, when not `ready` yet), then handles
  // events until Exit.
  int Run(bool ready = true);

 protected:
  virtual void OnPeer(Role) {}
  virtual void OnPeerGone(Role) {}
  // False: the body does not decode or is not allowed; the sender is ended.
  virtual bool OnMessage(Role, Message, ByteView) { return false; }
  // Finish in order, then call Exit. `why` says who wants it.
  virtual void OnStop(const std::string& why) = 0;

  // Null when that peer is not connected.
  [[nodiscard]] Channel* peer(Role role);
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool warden_gone() const { return warden_gone_; }
  Start& start() { return start_; }
  Loop& loop() { return loop_; }
  // To the warden. A failure to send means that the warden has gone, which shows by itself.
  template <class Body>
  void Tell(Message message, const Body& body) {
    (void)start_.control.Send(message, body);
  }
  void Exit(int code);

 private:
  void HandleControl();
  void TakeControl(ControlMessage message);
  void Connect(Role role, UniqueFd fd);
  void Stop(const std::string& why);
  void Disconnect(Role role, const std::string& offence);

  Start& start_;
  Loop& loop_;
  State state_ = State::kRunning;
  bool warden_gone_ = false;
  int exit_code_ = 0;
  std::map<Role, std::unique_ptr<Channel>> peers_;
};

// From the text of /proc/PID/statm.
std::uint64_t ResidentBytes(std::string_view statm);

// Logs why a process cannot start, tells the warden, and gives the exit code.
int Refuse(Start& start, Trouble trouble, const Error& error);

}  // namespace brig::agent
