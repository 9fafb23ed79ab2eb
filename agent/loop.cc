// SPDX-License-Identifier: Apache-2.0
#include "agent/loop.h"

#include <algorithm>
#include <array>
#include <vector>

namespace brig::agent {

Result<Loop> Loop::Make(const Clock& clock) {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return FailErrno("create epoll");
  return Loop(std::move(epoll), clock);
}

Result<> Loop::Add(int fd, std::uint32_t events, Handler handler) {
  Remove(fd);
  const std::uint64_t id = next_id_++;
  epoll_event event{.events = events, .data = {.u64 = id}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return FailErrno("watch handle");
  watches_[id] = std::make_shared<Watch>(Watch{fd, std::move(handler)});
  watch_of_fd_[fd] = id;
  return {};
}

void Loop::Change(int fd, std::uint32_t events) {
  const auto found = watch_of_fd_.find(fd);
  if (found == watch_of_fd_.end()) return;
  epoll_event event{.events = events, .data = {.u64 = found->second}};
  BRIG_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void Loop::Remove(int fd) {
  const auto found = watch_of_fd_.find(fd);
  if (found == watch_of_fd_.end()) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  watches_.erase(found->second);
  watch_of_fd_.erase(found);
}

Loop::Timer Loop::After(std::int64_t delay_ns, std::function<void()> handler) {
  const Timer id = next_id_++;
  timers_[id] = Alarm{clock_->BootNs() + delay_ns, 0, std::move(handler)};
  return id;
}

Loop::Timer Loop::Every(std::int64_t interval_ns, std::function<void()> handler) {
  const Timer id = next_id_++;
  timers_[id] = Alarm{clock_->BootNs() + interval_ns, interval_ns, std::move(handler)};
  return id;
}

void Loop::FireTimers() {
  const std::int64_t now = clock_->BootNs();
  std::vector<Timer> due;
  for (const auto& [id, alarm] : timers_)
    if (alarm.due_ns <= now) due.push_back(id);
  for (const Timer id : due) {
    const auto found = timers_.find(id);
    if (found == timers_.end()) continue;  // cancelled by a handler before
    const auto handler = found->second.handler;
    if (found->second.interval_ns == 0)
      timers_.erase(found);
    else
      found->second.due_ns = now + found->second.interval_ns;
    handler();
  }
}

int Loop::TimeoutMs(int longest_ms) const {
  std::int64_t timeout = longest_ms;
  const std::int64_t now = clock_->BootNs();
  for (const auto& [id, alarm] : timers_) {
    // Rounded up: a loop that wakes a little early would spin until the time has come.
    const std::int64_t left =
        std::max<std::int64_t>(0, (alarm.due_ns - now + kMillisecond - 1) / kMillisecond);
    if (timeout < 0 || left < timeout) timeout = left;
  }
  return static_cast<int>(std::min<std::int64_t>(timeout, 3'600'000));
}

Result<> Loop::RunOnce(int timeout_ms) {
  std::array<epoll_event, 32> events;
  const int ready = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 TimeoutMs(timeout_ms));
  if (ready < 0 && errno != EINTR) return FailErrno("wait for events");
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events.at(static_cast<std::size_t>(i));
    const auto found = watches_.find(event.data.u64);
    if (found == watches_.end()) continue;
    const std::shared_ptr<Watch> watch = found->second;
    watch->handler(event.events);
  }
  FireTimers();
  return {};
}

Result<> Loop::Run() {
  while (!stopped_) BRIG_TRY(RunOnce(-1));
  return {};
}

}  // namespace brig::agent
