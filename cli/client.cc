// SPDX-License-Identifier: Apache-2.0
#include "cli/client.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace brig::cli {
namespace {

constexpr std::size_t kBlockBytes = 65536;

std::unexpected<Error> NotThere(const std::string& path, int why) {
  if (why == EACCES || why == EPERM)
    return Fail(ErrorCode::kDenied, fmt::format("{}: permission denied: try it as root", path));
  if (why == ENOENT || why == ECONNREFUSED)
    return Fail(
        ErrorCode::kUnavailable,
        fmt::format("brigd is not running here (nobody listens at {}): start it with `brig up`",
                    path));
  return FailErrno(fmt::format("connect to {}", path), why);
}

}  // namespace

void LineBuffer::Add(std::string_view bytes) { bytes_ += bytes; }

Result<std::optional<std::string>> LineBuffer::Next() {
  const std::size_t end = bytes_.find('\n', searched_);
  if (end == std::string::npos) {
    if (bytes_.size() > kMaxJsonBytes)
      return Fail(ErrorCode::kLimit, fmt::format("an answer of more than {} bytes", kMaxJsonBytes));
    searched_ = bytes_.size();
    return std::nullopt;
  }
  std::string line = bytes_.substr(0, end);
  bytes_.erase(0, end + 1);
  searched_ = 0;
  return line;
}

std::string Request::ToLine() const {
  std::string line = fmt::format(R"({{"version":1,"command":{})", JsonQuoted(command));
  for (const auto& [name, value] : fields) line += fmt::format(",{}:{}", JsonQuoted(name), value);
  return line + "}\n";
}

Result<Client> Client::Connect(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path)
    return Fail(ErrorCode::kInvalid,
                fmt::format("{}: too long for a socket's path: give --run a shorter directory",
                            socket_path));
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return FailErrno("make a socket");
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return NotThere(socket_path, errno);
  return Client(std::move(fd));
}

Result<> Client::Ask(const Request& request) {
  const std::string line = request.ToLine();
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t sent = ::send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return FailErrno("ask brigd");
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<bool> Client::Fill() {
  char block[kBlockBytes];
  const ssize_t got = ::recv(fd_.get(), block, sizeof block, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got < 0) return FailErrno("read brigd's answer");
  if (got == 0)
    return Fail(
        ErrorCode::kUnavailable,
        "brigd hung up in the middle of its answer: see its log, or start it again with `brig up`");
  lines_.Add({block, static_cast<std::size_t>(got)});
  return true;
}

Result<std::optional<Answer>> Client::Buffered() {
  auto line = lines_.Next();
  if (!line) return Within("brigd's answer", std::move(line).error());
  if (!*line) return std::nullopt;
  auto answer = ReadAnswer(**line);
  if (!answer) return Within("brigd's answer", std::move(answer).error());
  if (answer->kind == Answer::Kind::kError) return std::unexpected(std::move(answer->error));
  return *std::move(answer);
}

Result<std::optional<Answer>> Client::Take() {
  BRIG_ASSIGN(std::optional<Answer> answer, Buffered());
  if (answer) return answer;
  BRIG_ASSIGN(const bool more, Fill());
  if (!more) return std::nullopt;
  return Buffered();
}

Result<std::optional<Answer>> Client::Next(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    BRIG_ASSIGN(std::optional<Answer> answer, Take());
    if (answer) return answer;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd waiting{fd_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left.count())) < 0 && errno != EINTR)
      return FailErrno("wait for brigd");
  }
}

Result<std::vector<std::string>> AskAll(Client& client, const Request& request) {
  BRIG_TRY(client.Ask(request));
  std::vector<std::string> items;
  std::size_t bytes = 0;
  for (;;) {
    BRIG_ASSIGN(std::optional<Answer> answer, client.Next(kAnswerTimeout));
    if (!answer)
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("brigd has not answered for {} seconds: see its log, or try again",
                              kAnswerTimeout.count()));
    if (answer->kind == Answer::Kind::kEnd) return items;
    if (answer->kind != Answer::Kind::kItem) continue;
    bytes += answer->line.size();
    if (bytes > kMaxAnswerBytes)
      return Fail(ErrorCode::kLimit,
                  fmt::format("brigd's answer has more than {} bytes", kMaxAnswerBytes));
    items.push_back(std::move(answer->line));
  }
}

Result<std::vector<std::string>> AskAll(const std::string& socket_path, const Request& request) {
  BRIG_ASSIGN(Client client, Client::Connect(socket_path));
  return AskAll(client, request);
}

}  // namespace brig::cli
