// SPDX-License-Identifier: Apache-2.0
#include "cli/live_records.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "base/file.h"

namespace brig::cli {
namespace {

using std::chrono::seconds;

// A socket at which a thread answers one client with fixed bytes.
class FakeAgent {
 public:
  explicit FakeAgent(std::string answer)
      : path_(testing::TempDir() + "/brig-live-" + std::to_string(::getpid()) + ".sock") {
    ::unlink(path_.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    fd_.Reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BRIG_CHECK(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    BRIG_CHECK(::listen(fd_.get(), 1) == 0);
    thread_ = std::thread([this, text = std::move(answer)] {
      const UniqueFd client(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      char request[256];
      if (::read(client.get(), request, sizeof request) > 0) {
        EXPECT_TRUE(WriteAll(client.get(), text));
      }
    });
  }
  ~FakeAgent() {
    thread_.join();
    ::unlink(path_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  UniqueFd fd_;
  std::thread thread_;
};

const Notice kOld{1, "start", "from the record"};
const Notice kNew{2, "start", "just now"};

TEST(LiveRecords, LeavesOutWhatWasReadFromDisk) {
  const FakeAgent agent("{\"following\":true}\n" + ToJson(Record(kOld)) + "\n" +
                        ToJson(Record(kNew)) + "\n");
  auto live = LiveRecords::Start(agent.path(), false);
  ASSERT_TRUE(live) << live.error().message;
  live->AlreadySeen(kOld);
  const auto first = live->Next(seconds(5));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(*first);  // the old one
  const auto second = live->Next(seconds(5));
  ASSERT_TRUE(second && *second);
  EXPECT_EQ(std::get<Notice>((*second)->record).text, "just now");
}

TEST(LiveRecords, SayHowManyWereSkipped) {
  const FakeAgent agent("{\"following\":true}\n{\"skipped\":12}\n");
  auto live = LiveRecords::Start(agent.path(), false);
  ASSERT_TRUE(live);
  const auto next = live->Next(seconds(5));
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->skipped, 12U);
}

TEST(LiveRecords, RefuseAnAgentThatDoesNotPromise) {
  const FakeAgent agent("{\"kind\":\"notice\"}\n");
  EXPECT_FALSE(LiveRecords::Start(agent.path(), false));
}

TEST(LiveRecords, EndWhenTheAgentGoes) {
  const FakeAgent agent("{\"following\":true}\n");
  auto live = LiveRecords::Start(agent.path(), false);
  ASSERT_TRUE(live);
  const auto next = live->Next(seconds(5));
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace brig::cli
