// SPDX-License-Identifier: Apache-2.0
#include "agent/channel.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace brig::agent {

Result<std::unique_ptr<Channel>> Channel::Make(Loop& loop, UniqueFd fd, OnFrame on_frame,
                                               OnClosed on_closed) {
  std::unique_ptr<Channel> channel(new Channel(loop, std::move(fd)));
  channel->on_frame_ = std::move(on_frame);
  channel->on_closed_ = std::move(on_closed);
  BRIG_TRY(loop.Add(channel->fd_.get(), EPOLLIN,
                    [raw = channel.get()](std::uint32_t events) { raw->Handle(events); }));
  return channel;
}

Channel::~Channel() {
  *alive_ = false;
  if (fd_) loop_.Remove(fd_.get());
}

void Channel::Close(const std::string& offence) {
  loop_.Remove(fd_.get());
  fd_.Reset();
  const auto closed = std::exchange(on_closed_, nullptr);
  if (closed) closed(offence);
}

void Channel::Handle(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !Flush()) return Close("");
  // Hang-up comes with the last bytes still unread: reading finds the end by itself.
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) Receive();
}

bool Channel::Receive() {
  std::array<std::byte, 65536> block;
  const ssize_t got = ::recv(fd_.get(), block.data(), block.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (got <= 0) {
    Close("");
    return false;
  }
  reader_.Feed(std::span(block).first(static_cast<std::size_t>(got)));
  const auto alive = alive_;
  while (*alive && fd_) {
    const auto frame = reader_.Next();
    if (!frame) {
      Close(frame.error().message);
      return false;
    }
    if (!frame->has_value()) return true;
    const Message message = (*frame)->message;
    const bool taken = on_frame_(**frame);
    if (!*alive) return false;
    if (!taken && fd_) {
      Close(fmt::format("message {} was not to be sent", std::to_underlying(message)));
      return false;
    }
  }
  return false;
}

bool Channel::SendBytes(Message message, std::string_view body) {
  if (!fd_ || body.size() > kMaxFrame || queued() + body.size() > kMaxQueue) return false;
  queue_.append(EncodeFrame(message, body));
  if (!waiting_) (void)Flush();  // a failure shows as hang-up in the loop
  return true;
}

bool Channel::Flush() {
  while (sent_ < queue_.size()) {
    const ssize_t put = ::send(fd_.get(), queue_.data() + sent_, queue_.size() - sent_,
                               MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) break;
    if (put < 0) return false;
    sent_ += static_cast<std::size_t>(put);
  }
  if (sent_ == queue_.size()) {
    sent_ = 0;
    queue_.clear();
    if (queue_.capacity() > (1 << 16)) queue_ = std::string();
  } else if (sent_ > (1 << 18)) {
    queue_.erase(0, sent_);
    sent_ = 0;
  }
  const bool waiting = !queue_.empty();
  if (waiting != waiting_) loop_.Change(fd_.get(), EPOLLIN | (waiting ? EPOLLOUT : 0U));
  waiting_ = waiting;
  return true;
}

}  // namespace brig::agent
