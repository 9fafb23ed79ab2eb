// SPDX-License-Identifier: Apache-2.0
#include "agent/courier.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>

#include "agent/client.h"
#include "agent/confine.h"
#include "agent/request.h"
#include "base/log.h"
#include "model/record.h"

namespace brig::agent {
namespace {

// getsockopt: who a client is, as the kernel knows it.
constexpr std::string_view kCalls[] = {"accept4", "shutdown", "getsockopt"};

constexpr std::size_t kMaxClients = 64;
constexpr std::size_t kMaxWaitingOfAll = 12 << 20;
constexpr std::int64_t kPatience = 30 * kSecond;  // for a request, and for reading an answer

std::string ErrorLine(std::string_view code, std::string_view message) {
  nlohmann::json line;
  line["error"] = {{"code", code}, {"message", Printable(message)}};
  return line.dump();
}

bool IsRoot(int client) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0;
}

// The noun that an answer carries, as a line; "" when it does not decode.
std::string AnswerLine(const Answer& answer) {
  const ByteView body = AsBytes(answer.body);
  if (answer.kind == AnswerKind::kStatus) {
    const auto status = DecodeBody<Status>(body);
    return status ? ToJson(*status) : "";
  }
  if (answer.kind == AnswerKind::kProcess) {
    const auto process = DecodeBody<Process>(body);
    return process ? ToJson(*process) : "";
  }
  if (answer.kind == AnswerKind::kFinding) {
    const auto finding = DecodeBody<Finding>(body);
    return finding ? ToJson(*finding) : "";
  }
  const auto container = DecodeBody<Container>(body);
  if (!container) return "";
  std::string line = ToJson(*container);
  line.pop_back();  // the closing brace
  return line + fmt::format(",\"processes\":{},\"posture\":{}}}", answer.processes,
                            ToJson(answer.posture));
}

class Courier : public Child {
 public:
  Courier(Start& start, Loop& loop)
      : Child(start, loop), listener_(start.HandleFor(HandleUse::kListener)) {
    loop.Every(kSecond, [this] { DropIdle(); });
  }

  Result<> Listen() {
    return loop().Add(listener_, EPOLLIN, [this](std::uint32_t) { Accept(); });
  }

 private:
  struct Connection {
    std::unique_ptr<Client> client;
    bool is_root = false;
    bool follows = false;
    bool follows_all = false;  // also what is not kept
    bool waits = false;        // for the engine
  };

  void Accept() {
    UniqueFd fd(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) return;
    if (clients_.size() >= kMaxClients || WaitingOfAll() > kMaxWaitingOfAll) {
      const std::string line = ErrorLine("unavailable", "too many clients: try again") + "\n";
      (void)::send(fd.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      return;
    }
    const std::uint64_t id = next_id_++;
    const bool is_root = IsRoot(fd.get());
    auto client = Client::Make(
        loop(), std::move(fd), [this, id](const std::string& line) { TakeRequest(id, line); },
        [this, id] { Drop(id); });
    if (!client) return;
    clients_[id].client = *std::move(client);
    clients_[id].is_root = is_root;
  }

  void Drop(std::uint64_t id) {
    clients_.erase(id);
    UpdateFollow();
  }

  void TakeRequest(std::uint64_t id, const std::string& line) {
    Connection& connection = clients_.at(id);
    const auto request = ParseRequest(line);
    if (!request) return End(id, NameOf(request.error().code), request.error().message);
    Channel* engine = peer(Role::kEngine);
    if (engine == nullptr) return End(id, "unavailable", "brig is starting again: try again");
    if (request->command == Command::kFollow) {
      connection.follows = true;
      connection.follows_all = request->all;
      connection.client->Write("{\"following\":true}");
      return UpdateFollow();
    }
    if (request->command == Command::kDrill && !connection.is_root)
      return End(id, "denied", "only root may have the result of a drill kept");
    Query query{.id = id,
                .question = Question::kStatus,
                .argument = request->container,
                .all = request->all};
    if (request->command == Command::kContainers) query.question = Question::kContainers;
    if (request->command == Command::kPs) query.question = Question::kProcesses;
    if (request->command == Command::kFindings) query.question = Question::kFindings;
    if (request->command == Command::kDrill) {
      query.question = Question::kDrill;
      query.argument = request->text;
    }
    connection.waits = engine->Send(Message::kQuery, query);
    if (!connection.waits) End(id, "unavailable", "brig is busy: try again");
  }

  void End(std::uint64_t id, std::string_view code, std::string_view message) {
    Connection& connection = clients_.at(id);
    connection.waits = false;
    connection.client->Write(ErrorLine(code, message));
    connection.client->Finish();
  }

  bool OnMessage(Role, Message message, ByteView body) override {
    return message == Message::kLive ? TakeLive(body) : TakeAnswer(body);
  }

  bool TakeAnswer(ByteView body) {
    const auto answer = DecodeBody<Answer>(body);
    if (!answer) return false;
    const auto found = clients_.find(answer->id);
    if (found == clients_.end() || !found->second.waits) return true;  // it went meanwhile
    if (answer->kind == AnswerKind::kError) {
      End(answer->id, answer->body, answer->text);
      return true;
    }
    if (answer->kind == AnswerKind::kEnd) {
      found->second.waits = false;
      found->second.client->Write("{\"end\":true}");
      found->second.client->Finish();
      return true;
    }
    const std::string line = AnswerLine(*answer);
    if (line.empty()) return false;
    found->second.client->Write(line);
    return true;
  }

  bool TakeLive(ByteView body) {
    const auto live = DecodeBody<Live>(body);
    if (!live) return false;
    const auto record = DecodeRecord(AsBytes(live->record));
    if (!record) return false;
    const std::string line = ToJson(*record);
    const bool full = WaitingOfAll() > kMaxWaitingOfAll;
    for (auto& [id, connection] : clients_) {
      if (!connection.follows) continue;
      if (full)
        connection.client->AddSkipped(live->skipped + 1);
      else
        connection.client->WriteRecord(line, live->skipped);
    }
    return true;
  }

  // The engine sends the stream only while somebody follows.
  void UpdateFollow() {
    Follow wanted;
    for (const auto& [id, connection] : clients_) {
      wanted.on |= connection.follows;
      wanted.all |= connection.follows_all;
    }
    if (wanted == following_ || peer(Role::kEngine) == nullptr) return;
    following_ = wanted;
    peer(Role::kEngine)->Send(Message::kFollow, wanted);
  }

  void OnPeer(Role) override { UpdateFollow(); }

  void OnPeerGone(Role) override {
    following_ = Follow{};
    std::vector<std::uint64_t> waiting;
    for (const auto& [id, connection] : clients_)
      if (connection.waits) waiting.push_back(id);
    for (const std::uint64_t id : waiting)
      End(id, "unavailable", "brig is starting again: try again");
  }

  void DropIdle() {
    const std::int64_t now = SystemClock().BootNs();
    std::erase_if(clients_, [&](const auto& entry) {
      const Connection& connection = entry.second;
      return !connection.follows && now - connection.client->progress_ns() > kPatience;
    });
    UpdateFollow();
  }

  [[nodiscard]] std::size_t WaitingOfAll() const {
    std::size_t waiting = 0;
    for (const auto& [id, connection] : clients_) waiting += connection.client->waiting();
    return waiting;
  }

  void OnStop(const std::string&) override { Exit(0); }

  int listener_;
  std::map<std::uint64_t, Connection> clients_;
  std::uint64_t next_id_ = 1;
  Follow following_;
};

}  // namespace

int RunCourier(Start start) {
  auto step = DropPrivileges({.user = start.setup.user, .group = start.setup.group});
  if (step) step = CloseOtherHandles(start.AllHandles());
  auto loop = Loop::Make();
  if (step) step = AllowSystemCalls(kCalls);
  if (!step || !loop) return Refuse(start, Trouble::kFatal, step ? loop.error() : step.error());
  Courier courier(start, *loop);
  const auto listens = courier.Listen();
  if (!listens) return Refuse(start, Trouble::kFatal, listens.error());
  return courier.Run();
}

}  // namespace brig::agent
