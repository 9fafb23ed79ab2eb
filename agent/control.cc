// SPDX-License-Identifier: Apache-2.0
#include "agent/control.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cstring>

namespace brig::agent {

Result<std::pair<UniqueFd, UniqueFd>> Control::Pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
    return FailErrno("make control channel");
  return std::pair(UniqueFd(fds[0]), UniqueFd(fds[1]));
}

Result<> Control::SendBytes(Message message, std::string_view body, std::span<const int> handles) {
  std::string frame = EncodeFrame(message, body);
  if (frame.size() > kMaxControlBytes || handles.size() > kMaxHandles)
    return Fail(ErrorCode::kLimit, fmt::format("control message of {} bytes", frame.size()));
  iovec part{frame.data(), frame.size()};
  alignas(cmsghdr) char space[CMSG_SPACE(kMaxHandles * sizeof(int))];
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!handles.empty()) {
    header.msg_control = space;
    header.msg_controllen = CMSG_SPACE(handles.size_bytes());
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(handles.size_bytes());
    std::memcpy(CMSG_DATA(rights), handles.data(), handles.size_bytes());
  }
  for (;;) {
    if (::sendmsg(fd_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return {};
    if (errno == EAGAIN) return Fail(ErrorCode::kUnavailable, "peer does not read its messages");
    if (errno != EINTR) return FailErrno("send control message");
  }
}

static std::vector<UniqueFd> TakeHandles(msghdr& header) {
  std::vector<UniqueFd> handles;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      handles.emplace_back(fd);
    }
  }
  return handles;
}

Result<ControlMessage> Control::Receive(bool wait) {
  std::string packet(kMaxControlBytes, '\0');
  iovec part{packet.data(), packet.size()};
  alignas(cmsghdr) char space[CMSG_SPACE(kMaxHandles * sizeof(int))];
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = space;
  header.msg_controllen = sizeof space;
  ssize_t got = -1;
  do {
    got = ::recvmsg(fd_.get(), &header, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EAGAIN) return Fail(ErrorCode::kUnavailable, "no control message");
  if (got < 0 && errno != ECONNRESET) return FailErrno("receive control message");
  if (got <= 0) return Fail(ErrorCode::kNotFound, "peer has gone");
  ControlMessage message;
  message.handles = TakeHandles(header);
  packet.resize(static_cast<std::size_t>(got));
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    return Fail(ErrorCode::kInvalid, "control message was cut");
  if (packet.size() < kFrameHeader) return Fail(ErrorCode::kInvalid, "control message too short");
  BRIG_ASSIGN(const FrameHeader frame, DecodeFrameHeader(AsBytes(packet).first(kFrameHeader)));
  if (packet.size() != kFrameHeader + frame.size)
    return Fail(ErrorCode::kInvalid, "control message with a wrong size");
  message.message = frame.message;
  message.body = packet.substr(kFrameHeader);
  return message;
}

}  // namespace brig::agent
