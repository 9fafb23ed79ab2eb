// SPDX-License-Identifier: Apache-2.0
#include "cli/client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

#include "base/file.h"

namespace brig::cli {
namespace {

using std::chrono::milliseconds;

// A client, and the end at which a test plays brigd.
struct Pair {
  Client client;
  UniqueFd server;
};

Pair MakePair() {
  std::array<int, 2> ends{};
  BRIG_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return {Client(UniqueFd(ends[0])), UniqueFd(ends[1])};
}

TEST(LineBuffer, GivesLinesHoweverTheyCome) {
  LineBuffer lines;
  lines.Add("on");
  EXPECT_EQ(*lines.Next(), std::nullopt);
  lines.Add("e\ntwo\nthr");
  EXPECT_EQ(*lines.Next(), "one");
  EXPECT_EQ(*lines.Next(), "two");
  EXPECT_EQ(*lines.Next(), std::nullopt);
}

TEST(LineBuffer, RefusesALineWithoutEnd) {
  LineBuffer lines;
  lines.Add(std::string(kMaxJsonBytes + 1, 'x'));
  const auto next = lines.Next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::kLimit);
}

TEST(Request, IsOneLineOfJsonWhateverItCarries) {
  const Request request{"ps", {{"container", JsonQuoted("we\"b\n")}}};
  EXPECT_EQ(request.ToLine(),
            "{\"version\":1,\"command\":\"ps\",\"container\":\"we\\\"b\\\\x0a\"}\n");
}

TEST(Client, CollectsTheItemsOfAnAnswer) {
  Pair pair = MakePair();
  ASSERT_TRUE(WriteAll(pair.server.get(), "{\"name\":\"a\"}\n{\"name\":\"b\"}\n{\"end\":true}\n"));
  const auto items = AskAll(pair.client, {"containers", {}});
  ASSERT_TRUE(items) << items.error().message;
  EXPECT_EQ(*items, (std::vector<std::string>{R"({"name":"a"})", R"({"name":"b"})"}));
}

TEST(Client, TurnsAnErrorAnswerIntoTheError) {
  Pair pair = MakePair();
  ASSERT_TRUE(WriteAll(pair.server.get(),
                       "{\"error\":{\"code\":\"not_found\",\"message\":\"no container x\"}}\n"));
  const auto items = AskAll(pair.client, {"ps", {}});
  ASSERT_FALSE(items);
  EXPECT_EQ(items.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(items.error().message, "no container x");
}

TEST(Client, SaysThatBrigdHungUp) {
  Pair pair = MakePair();
  ASSERT_TRUE(WriteAll(pair.server.get(), "{\"name\":\"a\"}\n{\"na"));
  pair.server.Reset();
  EXPECT_FALSE(AskAll(pair.client, {"containers", {}}));
}

TEST(Client, SaysThatTheAnswerIsRubbish) {
  Pair pair = MakePair();
  ASSERT_TRUE(WriteAll(pair.server.get(), "HTTP/1.1 400 Bad\x1b[2J Request\r\n"));
  const auto items = AskAll(pair.client, {"status", {}});
  ASSERT_FALSE(items);
  EXPECT_EQ(items.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(items.error().message.find('\x1b'), std::string::npos) << items.error().message;
}

TEST(Client, DoesNotWaitForeverForAnAnswer) {
  Pair pair = MakePair();
  const auto answer = pair.client.Next(milliseconds(20));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
}

TEST(Client, TakesNothingWhenNothingIsThere) {
  Pair pair = MakePair();
  const auto answer = pair.client.Take();
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
}

TEST(Client, SaysHowToStartBrigdWhenNobodyListens) {
  const auto client = Client::Connect("/nowhere/brig.sock");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(client.error().message.find("brig up"), std::string::npos);
}

TEST(Client, RefusesAPathThatIsTooLongForASocket) {
  const auto client = Client::Connect("/" + std::string(300, 'x'));
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace brig::cli
