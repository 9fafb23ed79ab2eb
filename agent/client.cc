// SPDX-License-Identifier: Apache-2.0
#include "agent/client.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <utility>

#include "agent/request.h"

namespace brig::agent {

Client::Client(Loop& loop, UniqueFd fd)
    : loop_(loop), fd_(std::move(fd)), progress_ns_(SystemClock().BootNs()) {}

Result<std::unique_ptr<Client>> Client::Make(Loop& loop, UniqueFd fd, OnLine on_line,
                                             OnGone on_gone) {
  std::unique_ptr<Client> client(new Client(loop, std::move(fd)));
  client->on_line_ = std::move(on_line);
  client->on_gone_ = std::move(on_gone);
  BRIG_TRY(loop.Add(client->fd_.get(), EPOLLIN,
                    [raw = client.get()](std::uint32_t events) { raw->Handle(events); }));
  return client;
}

Client::~Client() { loop_.Remove(fd_.get()); }

void Client::Handle(std::uint32_t events) {
  const auto gone = on_gone_;  // copied: the call ends this object
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) broken_ = true;
  if (!broken_ && (events & EPOLLOUT) != 0) broken_ = !Flush();
  if (broken_ || (finishing_ && waiting() == 0)) return gone();
  if ((events & EPOLLIN) != 0) Receive();
}

void Client::Receive() {
  const auto gone = on_gone_;
  std::array<char, 4096> block;
  const ssize_t got = ::recv(fd_.get(), block.data(), block.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got == 0 && asked_) {
    // It only said that it sends no more. When it has closed wholly, that shows as a hang-up.
    more_input_ = false;
    return Watch();
  }
  if (got <= 0) return gone();
  if (asked_) return;  // one request a connection: what comes after it is not looked at
  in_.append(block.data(), static_cast<std::size_t>(got));
  const std::size_t end = in_.find('\n');
  if (end == std::string::npos && in_.size() <= kMaxRequestBytes) return;
  asked_ = true;
  progress_ns_ = SystemClock().BootNs();
  const std::string line = in_.substr(0, end);
  in_ = std::string();
  const auto handler = on_line_;
  handler(line);
}

void Client::Write(const std::string& line) {
  if (broken_) return;
  if (waiting() + line.size() > kMaxWaiting) broken_ = true;
  if (!broken_) {
    out_.append(line).push_back('\n');
    broken_ = !Flush();
  }
  // The loop tells the owner: whoever writes need not expect that the client goes meanwhile.
  if (broken_) Watch();
}

void Client::Finish() {
  finishing_ = true;
  Watch();
}

void Client::Watch() {
  const bool output = waiting() > 0 || finishing_ || broken_;
  loop_.Change(fd_.get(), (more_input_ ? EPOLLIN : 0U) | (output ? EPOLLOUT : 0U));
}

void Client::WriteRecord(const std::string& line, std::uint64_t skipped_before) {
  skipped_ += skipped_before;
  if (waiting() > kMaxFollowWaiting) {
    ++skipped_;
    return;
  }
  if (const std::uint64_t count = std::exchange(skipped_, 0); count != 0)
    Write(fmt::format("{{\"skipped\":{}}}", count));
  Write(line);
}

bool Client::Flush() {
  while (sent_ < out_.size()) {
    const ssize_t put =
        ::send(fd_.get(), out_.data() + sent_, out_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno != EAGAIN) return false;
    if (put < 0) break;
    sent_ += static_cast<std::size_t>(put);
    progress_ns_ = SystemClock().BootNs();
  }
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
    if (out_.capacity() > (1 << 16)) out_ = std::string();
  } else if (sent_ > (1 << 18)) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
  Watch();
  return true;
}

}  // namespace brig::agent
