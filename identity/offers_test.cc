// SPDX-License-Identifier: Apache-2.0
#include "identity/offers.h"

#include <fmt/format.h>

#include "identity/test_events.h"

namespace brig::identity {
namespace {

constexpr std::uint32_t kAlice = 1000;
const std::string kStorage = "/var/lib/containers/storage/overlay-containers";
constexpr const char* kId = "cbd70f6ea82948be7bdc768663f0a55438d44b284a779e5308e0b0c9f28cec52";

Document State(const std::string& path, int pid, std::uint32_t owner = 0) {
  return {DocumentKind::kRuntimeState, path,
          fmt::format(R"({{"pid":{},"process-start-time":9,"bundle":"{}/{}/userdata"}})", pid,
                      kStorage, kId),
          owner};
}

// The container that these tests are about began with process 7.
bool IsSeven(const RuntimeState& state) { return state.init_pid == 7; }

TEST(Offers, RootsWordCountsOverAUsers) {
  Offers offers;
  offers.SetUsers({{kAlice, 1}});
  ASSERT_TRUE(offers.AddState(State("/run/user/1000/crun/a/status", 7, kAlice), {}));
  ASSERT_NE(offers.Believed(IsSeven), nullptr);
  EXPECT_EQ(offers.Believed(IsSeven)->state.owner, kAlice);
  ASSERT_TRUE(offers.AddState(State("/run/crun/b/status", 7), {}));
  EXPECT_EQ(offers.Believed(IsSeven)->state.id, "b");
}

TEST(Offers, AUserVouchesOnlyForWhatSheCouldHaveStarted) {
  const auto believed = [](std::uint32_t owner, std::vector<UserRange> users) {
    Offers offers;
    offers.SetUsers(std::move(users));
    EXPECT_TRUE(offers.AddState(State("/x/crun/a/status", 7, owner), {}));
    return offers.Believed(IsSeven) != nullptr;
  };
  EXPECT_TRUE(believed(kAlice, {{kAlice, 1}, {100000, 65536}}));
  EXPECT_FALSE(believed(kAlice, {})) << "nothing is known of its users";
  EXPECT_FALSE(believed(kAlice, {{0, 4294967295}})) << "the host's own user namespace";
  EXPECT_FALSE(believed(kAlice, {{1001, 1}})) << "another user's";
  EXPECT_FALSE(believed(kUnsetId, {{kUnsetId, 1}})) << "several could have written it";
  EXPECT_TRUE(believed(0, {}));
}

TEST(Offers, WhatIsNotBelievedIsTold) {
  Offers offers;
  ASSERT_TRUE(offers.AddState(State("/run/user/1000/crun/a/status", 7, kAlice), {}));
  ASSERT_TRUE(offers.AddState(State("/run/crun/mine/status", 8), {}));
  ASSERT_TRUE(offers.AddState(State("/run/crun/passing/status", 9), {}));
  const std::string why = offers.WhyNot(IsSeven, "/mine", 7);
  EXPECT_NE(why.find("a/status names its first process, but user 1000 could"), std::string::npos)
      << why;
  EXPECT_NE(why.find("mine/status names another process (8)"), std::string::npos) << why;
  EXPECT_EQ(why.find("passing"), std::string::npos) << why;
}

TEST(Offers, TheSpecificationIsTheOneBesideTheState) {
  Facts facts;
  const auto with = [&](const std::string& path, std::uint32_t owner) {
    facts.documents = {
        {DocumentKind::kSpec, path, R"({"process":{"noNewPrivileges":true}})", owner}};
    Offers offers;
    EXPECT_TRUE(offers.AddState(State("/run/crun/a/status", 7), facts));
    return offers.Believed(IsSeven)->state.no_new_privileges;
  };
  EXPECT_TRUE(with("/run/crun/a/config.json", 0));
  EXPECT_FALSE(with("/run/crun/b/config.json", 0));
  EXPECT_FALSE(with("/run/crun/a/config.json", kAlice)) << "another hand";
}

TEST(Offers, TheStorageIsTheOneOfTheBundle) {
  const std::string list = TestData("storage_corpus/podman.json");
  const auto with = [&](const std::string& directory, std::uint32_t owner) {
    Offers offers;
    EXPECT_TRUE(offers.AddState(State(fmt::format("/run/crun/{}/status", kId), 7), {}));
    EXPECT_TRUE(
        offers.AddStorage({DocumentKind::kStorage, directory + "/containers.json", list, owner}));
    return offers.Believed(IsSeven)->stored.has_value();
  };
  EXPECT_TRUE(with(kStorage, 0));
  EXPECT_FALSE(with("/home/alice/storage/overlay-containers", 0));
  EXPECT_FALSE(with(kStorage, kAlice));
}

TEST(Offers, AreFewAndForgottenOnceOneIsBelieved) {
  Offers offers;
  for (int i = 1; i <= 20; ++i)
    ASSERT_TRUE(offers.AddState(State(fmt::format("/run/crun/c{}/status", i), i), {}));
  const auto is = [](int pid) {
    return [pid](const RuntimeState& state) { return state.init_pid == pid; };
  };
  ASSERT_NE(offers.Believed(is(7)), nullptr);
  EXPECT_EQ(offers.Believed(is(9)), nullptr);
  offers.Keep(*offers.Believed(is(7)));
  EXPECT_NE(offers.Believed(is(7)), nullptr);
  EXPECT_EQ(offers.Believed(is(6)), nullptr);
}

}  // namespace
}  // namespace brig::identity
