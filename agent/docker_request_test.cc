// SPDX-License-Identifier: Apache-2.0
// Against engines of the test's own: one that answers, one that hangs, one that raves.
#include "agent/docker_request.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <optional>

namespace brig::agent {
namespace {

class FastClock : public Clock {
 public:
  std::int64_t WallNs() const override { return now_; }
  std::int64_t BootNs() const override { return now_; }
  void Advance(std::int64_t ns) { now_ += ns; }

 private:
  std::int64_t now_ = kSecond;
};

class DockerRequestTest : public testing::Test {
 protected:
  DockerRequestTest() {
    std::string path = testing::TempDir() + "docker.XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
    socket_ = path + "/sock";
    listener_.Reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_.c_str(), socket_.size() + 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    auto loop = Loop::Make(clock_);
    EXPECT_TRUE(loop);
    loop_.emplace(*std::move(loop));
  }
  ~DockerRequestTest() override { std::filesystem::remove_all(directory_); }

  void Ask(const std::string& socket) {
    request_ = std::make_unique<DockerRequest>(*loop_, socket, "/containers/x/json",
                                               DocumentKind::kDockerInspect,
                                               [this](Document document) { answer_ = document; });
    ASSERT_TRUE(loop_->RunOnce(0));  // connects
  }
  // Turns the loop until the answer is there, at most that often.
  void Turn(int times) {
    for (int i = 0; i < times && !answer_; ++i) ASSERT_TRUE(loop_->RunOnce(10));
  }

  FastClock clock_;
  std::optional<Loop> loop_;
  std::filesystem::path directory_;
  std::string socket_;
  UniqueFd listener_;
  std::unique_ptr<DockerRequest> request_;
  std::optional<Document> answer_;
};

TEST_F(DockerRequestTest, HandsOnTheWholeAnswer) {
  Ask(socket_);
  const UniqueFd engine(::accept(listener_.get(), nullptr, nullptr));
  Turn(1);  // sends
  char block[1024] = {};
  ASSERT_GT(::recv(engine.get(), block, sizeof block, 0), 0);
  EXPECT_TRUE(std::string_view(block).starts_with("GET /containers/x/json HTTP/1.0\r\n"));
  ASSERT_EQ(::send(engine.get(), "HTTP/1.0 200 OK\r\n\r\n{}", 21, 0), 21);
  ASSERT_EQ(::shutdown(engine.get(), SHUT_RDWR), 0);
  Turn(10);
  ASSERT_TRUE(answer_);
  EXPECT_EQ(answer_->kind, DocumentKind::kDockerInspect);
  EXPECT_EQ(answer_->content, "HTTP/1.0 200 OK\r\n\r\n{}");
}

TEST_F(DockerRequestTest, GivesUpOnAnEngineThatHangs) {
  Ask(socket_);
  Turn(3);
  EXPECT_FALSE(answer_);
  clock_.Advance(DockerRequest::kDeadline + 1);
  Turn(1);
  ASSERT_TRUE(answer_);
  EXPECT_EQ(answer_->kind, DocumentKind::kFailure);
}

TEST_F(DockerRequestTest, GivesUpOnAnAnswerWithoutEnd) {
  Ask(socket_);
  const UniqueFd engine(::accept(listener_.get(), nullptr, nullptr));
  const std::string much(1 << 16, 'x');
  for (int i = 0; i < 2000 && !answer_; ++i) {
    (void)::send(engine.get(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    Turn(1);
  }
  ASSERT_TRUE(answer_);
  EXPECT_EQ(answer_->kind, DocumentKind::kFailure);
  EXPECT_NE(answer_->content.find("1 MiB"), std::string::npos);
}

TEST_F(DockerRequestTest, SaysWhenThereIsNoEngine) {
  Ask(directory_.string() + "/absent");
  Turn(1);
  ASSERT_TRUE(answer_);
  EXPECT_EQ(answer_->kind, DocumentKind::kFailure);
}

}  // namespace
}  // namespace brig::agent
