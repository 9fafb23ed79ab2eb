// SPDX-License-Identifier: Apache-2.0
#include "identity/docker_answer.h"

#include "identity/http_answer.h"
#include "identity/test_events.h"

namespace brig::identity {
namespace {

TEST(DockerAnswer, ARealContainerIsReadWhole) {
  const auto container = ParseDockerInspect(TestData("docker_answer_corpus/admin.http"));
  ASSERT_TRUE(container) << container.error().message;
  EXPECT_TRUE(container->id.starts_with("4db1dc3456f0"));
  EXPECT_EQ(container->name, "admin");
  EXPECT_EQ(container->image, "shop/web:1.4");
  EXPECT_TRUE(container->image_id.starts_with("sha256:d098abfe"));
  EXPECT_EQ(container->pid, 29234);
  EXPECT_FALSE(container->privileged);
  EXPECT_EQ(container->pid_mode, "host");
  EXPECT_EQ(container->ipc_mode, "host");
  EXPECT_EQ(container->uts_mode, "host");
  EXPECT_EQ(container->network_mode, "none");
  EXPECT_EQ(container->capabilities_added,
            (std::vector<std::string>{"CAP_SYS_ADMIN", "CAP_SYS_PTRACE"}));
  EXPECT_EQ(container->security_options,
            (std::vector<std::string>{"seccomp=unconfined", "label=disable"}));
  EXPECT_EQ(container->devices, (std::vector<std::string>{"/dev/fuse"}));
  ASSERT_EQ(container->mounts.size(), 2U);
}

TEST(DockerAnswer, LabelsAndMountsAreKept) {
  const auto container = ParseDockerInspect(TestData("docker_answer_corpus/web.http"));
  ASSERT_TRUE(container) << container.error().message;
  ASSERT_EQ(container->labels.size(), 2U);
  EXPECT_EQ(container->labels[1].key, "team");
  EXPECT_EQ(container->labels[1].value, "shop");
  ASSERT_EQ(container->mounts.size(), 1U);
  EXPECT_EQ(container->mounts[0].source, "/srv/data");
  EXPECT_TRUE(container->mounts[0].writable);
}

TEST(DockerAnswer, AnImageIsRead) {
  const auto image = ParseDockerImage(TestData("docker_answer_corpus/image.http"));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_TRUE(image->id.starts_with("sha256:d098abfe"));
  EXPECT_TRUE(image->repo_digests.empty());
}

TEST(DockerAnswer, AnUnknownContainerIsNotFound) {
  const auto container = ParseDockerInspect(TestData("docker_answer_corpus/missing.http"));
  ASSERT_FALSE(container);
  EXPECT_EQ(container.error().code, ErrorCode::kNotFound);
}

TEST(DockerAnswer, EveryCutAnswerIsRefused) {
  const std::string whole = TestData("docker_answer_corpus/web.http");
  for (std::size_t size = 0; size < whole.size(); size += 7)
    EXPECT_FALSE(ParseDockerInspect(std::string_view(whole).substr(0, size))) << size;
}

TEST(DockerAnswer, RubbishIsRefused) {
  for (const std::string_view rubbish :
       {"", "rubbish", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}"})
    EXPECT_FALSE(ParseDockerInspect(rubbish)) << rubbish;
}

TEST(DockerAnswer, JsonNestedTooDeepIsRefused) {
  std::string body = R"({"Id":"x","Deep":)" + std::string(5000, '[') + std::string(5000, ']') + "}";
  const std::string answer =
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  EXPECT_FALSE(ParseDockerInspect(answer));
}

TEST(HttpAnswer, ABodyMayEndWithTheConnection) {
  const auto answer = ParseHttpAnswer("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nall of it");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "all of it");
}

TEST(HttpAnswer, ChunksAreJoined) {
  const auto answer = ParseHttpAnswer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "abcde");
}

TEST(HttpAnswer, ABodyOverTheLimitIsRefused) {
  const std::string large(HttpAnswer::kMaxBody + 1, 'x');
  EXPECT_FALSE(ParseHttpAnswer("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + large));
}

}  // namespace
}  // namespace brig::identity
