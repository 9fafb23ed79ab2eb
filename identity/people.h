// SPDX-License-Identifier: Apache-2.0
// Who is behind an act. The audit login uid says it where it is set, unless a daemon acted for
// somebody. Then it is the process that was calling the engine's socket at that moment: the kernel
// reports every such connection (kCaller). One fitting caller is an answer; several are listed;
// none is said openly.
//
// Arguments are a program's own words. They choose between callers that were there anyway, never
// make one. Not thread safe.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "identity/proc_text.h"
#include "model/event.h"
#include "model/subject.h"

namespace brig::identity {

// Whether a process of that name acts for others: dockerd, containerd and its shims, crio. A
// process can choose its name, but choosing one of these only gives its own login up.
bool IsEngineDaemon(std::string_view comm);

// A container's start, or a join of one that runs.
struct Act {
  bool join = false;
  std::int64_t boot_ns = 0;
  std::string engine;                  // "" when not known (yet)
  std::vector<std::string> names;      // the container's name and id
  std::string image;                   // which other containers may have too
  std::vector<std::string> arguments;  // of the program that was started
};

class People {
 public:
  static constexpr std::size_t kMaxCallers = 512;  // the oldest go first
  static constexpr std::size_t kMaxCommandBytes = 1024;
  static constexpr std::int64_t kWindowNs = 60'000'000'000;  // from the connection to the act
  static constexpr std::int64_t kKeepNs = 120'000'000'000;   // a caller, after its end
  // An engine answers before the container's program has begun: on a busy host its caller is gone
  // by then, and must not be left out in favour of another who waits.
  static constexpr std::int64_t kLateNs = 5'000'000'000;

  // Children of `warden_pid` are brig's own and never candidates; 0: there is none.
  explicit People(std::uint32_t warden_pid = 0) : warden_pid_(warden_pid) {}

  void SetUsers(const std::vector<User>& users);
  // A kCaller event: a task outside containers connected to an engine's socket.
  void Connected(const Event& event);
  // The process is gone; it stays a candidate for what happened before.
  void Ended(const ProcessRef& process, std::int64_t boot_ns);

  // By the audit login uid; basis kUnknown when it is not set.
  [[nodiscard]] Person LoginOf(const Actor& actor) const;
  // The engine's caller behind that act. `certain`: all that can be known of the act is in it, so
  // that a caller who can do one act alone has done it.
  [[nodiscard]] Person CallerOf(const Act& act, bool certain = true);
  [[nodiscard]] std::string NameOfUser(std::uint32_t uid) const;

 private:
  struct Caller {
    ProcessRef process;
    Person person;
    HostObject door = HostObject::kNone;
    std::vector<std::string> arguments;
    std::int64_t first_ns = 0, last_ns = 0, ended_ns = 0;
    bool spent = false;  // it has done the one act it can do
  };
  [[nodiscard]] bool Fits(const Caller& caller, const Act& act) const;

  std::uint32_t warden_pid_;
  std::unordered_map<std::uint32_t, std::string> users_;
  std::deque<Caller> callers_;
};

}  // namespace brig::identity
