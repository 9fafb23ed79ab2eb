// SPDX-License-Identifier: Apache-2.0
#include "agent/docker_request.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <utility>

namespace brig::agent {

DockerRequest::DockerRequest(Loop& loop, const std::string& socket, const std::string& path,
                             DocumentKind kind, OnDone on_done)
    : loop_(loop),
      socket_(socket),
      kind_(kind),
      on_done_(std::move(on_done)),
      request_(fmt::format("GET {} HTTP/1.0\r\nHost: docker\r\nUser-Agent: brigd\r\n\r\n", path)) {
  deadline_ = loop_.After(kDeadline, [this] { FailWith("no whole answer within 5 seconds"); });
  // Not at once: the owner must hold the request before it can be done.
  loop_.After(0, [this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) Connect();
  });
}

DockerRequest::~DockerRequest() {
  loop_.Cancel(deadline_);
  if (fd_) loop_.Remove(fd_.get());
}

void DockerRequest::Connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.size() >= sizeof address.sun_path) return FailWith("the socket's path is too long");
  std::memcpy(address.sun_path, socket_.c_str(), socket_.size() + 1);
  fd_.Reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd_) return FailWith("no socket could be made");
  if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return FailWith(fmt::format("connect: {}", std::strerror(errno)));
  const auto added = loop_.Add(fd_.get(), EPOLLIN | EPOLLOUT, [this](std::uint32_t) { Handle(); });
  if (!added) FailWith(added.error().message);
}

void DockerRequest::Handle() {
  if (sent_ < request_.size()) {
    const ssize_t put = ::send(fd_.get(), request_.data() + sent_, request_.size() - sent_,
                               MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0 && errno != EAGAIN && errno != EINTR) return FailWith("it hung up");
    if (put > 0) sent_ += static_cast<std::size_t>(put);
    if (sent_ == request_.size()) loop_.Change(fd_.get(), EPOLLIN);
    return;
  }
  std::array<char, 16384> block;
  const ssize_t got = ::recv(fd_.get(), block.data(), block.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) return FailWith("it hung up");
  answer_.append(block.data(), static_cast<std::size_t>(got));
  if (answer_.size() > Document::kMaxBytes) return FailWith("its answer has more than 1 MiB");
  if (got == 0) Finish({kind_, socket_, std::move(answer_)});
}

void DockerRequest::FailWith(const std::string& why) {
  Finish({DocumentKind::kFailure, socket_,
          fmt::format("the engine at {} did not answer: {}", socket_, why)});
}

void DockerRequest::Finish(Document document) {
  const auto done = std::exchange(on_done_, nullptr);
  if (done) done(std::move(document));
}

}  // namespace brig::agent
