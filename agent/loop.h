// SPDX-License-Identifier: Apache-2.0
// An epoll loop with timers: calls back when a descriptor is ready or a time has come. One per
// process, one thread. It owns no descriptor: remove one before closing it. Callbacks may add and
// remove anything.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace brig::agent {

class Loop {
 public:
  using Handler = std::function<void(std::uint32_t events)>;
  using Timer = std::uint64_t;

  [[nodiscard]] static Result<Loop> Make(const Clock& clock = SystemClock());

  [[nodiscard]] Result<> Add(int fd, std::uint32_t events, Handler handler);
  void Change(int fd, std::uint32_t events);
  void Remove(int fd);

  // Calls `handler` once, after that long.
  Timer After(std::int64_t delay_ns, std::function<void()> handler);
  // Calls `handler` again and again.
  Timer Every(std::int64_t interval_ns, std::function<void()> handler);
  void Cancel(Timer timer) { timers_.erase(timer); }

  // Until Stop. Fails when epoll does.
  [[nodiscard]] Result<> Run();
  // Handles what is ready now or within the time; for tests.
  [[nodiscard]] Result<> RunOnce(int timeout_ms);
  void Stop() { stopped_ = true; }

 private:
  struct Watch {
    int fd = -1;
    Handler handler;
  };
  struct Alarm {
    std::int64_t due_ns = 0;
    std::int64_t interval_ns = 0;  // 0: once
    std::function<void()> handler;
  };
  Loop(UniqueFd epoll, const Clock& clock) : epoll_(std::move(epoll)), clock_(&clock) {}
  void FireTimers();
  [[nodiscard]] int TimeoutMs(int longest_ms) const;

  UniqueFd epoll_;
  const Clock* clock_;
  // Shared with the call in progress: a handler may remove itself while it runs. The key is in the
  // epoll event, so that a late event never reaches the next owner of the same descriptor number.
  std::map<std::uint64_t, std::shared_ptr<Watch>> watches_;
  std::map<int, std::uint64_t> watch_of_fd_;
  std::map<Timer, Alarm> timers_;
  std::uint64_t next_id_ = 1;
  bool stopped_ = false;
};

inline constexpr std::int64_t kMillisecond = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace brig::agent
