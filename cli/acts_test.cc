// SPDX-License-Identifier: Apache-2.0
#include "cli/acts.h"

#include <gtest/gtest.h>

#include <utility>

namespace brig::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kWallOfBoot = 1'700'000'000 * kSecond;
constexpr std::uint32_t kAlice = 4242, kBob = 4243;  // no users of this host

Event At(std::int64_t second, Operation operation, std::uint64_t container = 0) {
  Event event;
  event.boot_ns = second * kSecond;
  event.wall_ns = kWallOfBoot + event.boot_ns;
  event.operation = operation;
  event.actor.process.container = container;
  return event;
}

Event Call(std::int64_t second, std::vector<std::string> arguments, std::uint32_t login = kUnsetId,
           std::uint32_t session = kUnsetId) {
  Event event = At(second, Operation::kCaller);
  event.actor.login_uid = login;
  event.actor.session = session;
  event.actor.process.comm = "docker";
  event.actor.process.uid = kBob;
  ConnectDetails details;
  details.door = HostObject::kDockerSocket;
  details.arguments = std::move(arguments);
  event.details = std::move(details);
  return event;
}

Event Join(std::int64_t second, std::uint32_t login, const std::string& parent) {
  Event event = At(second, Operation::kContainerJoin, 7);
  event.actor.login_uid = login;
  event.actor.session = 5;
  ProcessRef above;
  above.comm = parent;
  event.chain = {above};
  BirthDetails details;
  details.arguments = {"sh"};
  event.details = std::move(details);
  return event;
}

Container Web(PersonBasis basis, std::string name, std::uint32_t session = kUnsetId) {
  Container container;
  container.key = 7;
  container.started_wall_ns = kWallOfBoot + 20 * kSecond;
  container.started_by.basis = basis;
  container.started_by.name = std::move(name);
  container.started_by.session = session;
  container.started_by.login_uid = session == kUnsetId ? kUnsetId : kAlice;
  container.started_by.command = "docker run web";
  return container;
}

std::vector<Act> ActsOf(const std::vector<Record>& records) {
  Acts acts;
  for (const Record& record : records) acts.Learn(record);
  return acts.Take();
}

TEST(Acts, ACommandIsItsLoginsAndNamedLikeElsewhereInTheRecord) {
  const auto acts =
      ActsOf({Call(10, {"docker", "run", "web"}, kAlice, 5), Web(PersonBasis::kLogin, "alice", 5)});
  ASSERT_EQ(acts.size(), 2U);
  EXPECT_EQ(acts[0].kind, ActKind::kCommand);
  EXPECT_EQ(acts[0].what, "docker run web");
  EXPECT_EQ(acts[0].person.name, "alice");
  EXPECT_EQ(SessionOf(acts[0], 1), "5");
  EXPECT_EQ(acts[1].kind, ActKind::kStart);
  EXPECT_EQ(SessionOf(acts[1], 1), "5");
}

TEST(Acts, WithoutALoginTheCallersUserIsTheSession) {
  const auto acts = ActsOf({Call(10, {})});
  ASSERT_EQ(acts.size(), 1U);
  EXPECT_EQ(acts[0].what, "docker");
  EXPECT_EQ(acts[0].person.basis, PersonBasis::kCaller);
  EXPECT_EQ(SessionOf(acts[0], 1), "uid 4243");
}

TEST(Acts, FailedCallsAndEnginesCallingEnginesAreNobodysCommands) {
  Event failed = Call(10, {"docker"});
  failed.result = -13;
  Event between = Call(10, {"dockerd"});
  between.actor.process.comm = "dockerd";
  std::get<ConnectDetails>(between.details).door = HostObject::kContainerdSocket;
  EXPECT_TRUE(ActsOf({failed, between}).empty());
}

TEST(Acts, AnEntryIsTheLoginsUnlessAnEngineMadeIt) {
  const auto acts = ActsOf(
      {Join(30, kAlice, "bash"), Join(31, kAlice, "containerd-shim"), Join(32, kUnsetId, "bash")});
  ASSERT_EQ(acts.size(), 3U);
  EXPECT_EQ(SessionOf(acts[0], 1), "5");
  EXPECT_EQ(acts[1].why_nobody, "an engine entered for one of its callers")
      << "the login is of whoever started the engine";
  EXPECT_EQ(SessionOf(acts[1], 1), "");
  EXPECT_EQ(acts[2].why_nobody, "no login");
}

TEST(Acts, AStartIsToldOnceAsItIsKnownLast) {
  const auto acts =
      ActsOf({Web(PersonBasis::kUnknown, "unknown"), Web(PersonBasis::kAmbiguous, "alice or bob"),
              Web(PersonBasis::kCaller, "alice")});
  ASSERT_EQ(acts.size(), 1U);
  EXPECT_EQ(SessionOf(acts[0], 1), "alice");
  const auto ambiguous = ActsOf({Web(PersonBasis::kAmbiguous, "alice or bob")});
  EXPECT_EQ(ambiguous[0].why_nobody, "several were calling the engine");
  EXPECT_EQ(SessionOf(ambiguous[0], 1), "") << "never one of them by guess";
}

TEST(Acts, WhatRanBeforeBrigIsNobodysForThatReason) {
  Event found = At(15, Operation::kContainerStart, 7);
  BirthDetails birth;
  birth.found_running = true;
  found.details = birth;
  const auto acts = ActsOf({found, Web(PersonBasis::kUnknown, "unknown")});
  ASSERT_EQ(acts.size(), 1U);
  EXPECT_EQ(acts[0].why_nobody, "the container ran before brig");
}

TEST(Acts, AFindingIsItsPersons) {
  Finding finding;
  finding.id = "aa11";
  finding.wall_ns = kWallOfBoot + 40 * kSecond;
  finding.boot_ns = 40 * kSecond;
  finding.severity = Severity::kHigh;
  finding.sentence = "left";
  finding.subject.person = Web(PersonBasis::kLogin, "alice", 5).started_by;
  const auto acts = ActsOf({finding});
  ASSERT_EQ(acts.size(), 1U);
  EXPECT_EQ(acts[0].finding, "aa11");
  EXPECT_EQ(SessionOf(acts[0], 1), "5");
}

TEST(Acts, TheSameNumberAfterABootIsAnotherSession) {
  Event later = Call(3, {"docker", "ps"}, kAlice, 5);
  later.wall_ns = kWallOfBoot + 1000 * kSecond;
  Acts acts;
  acts.Learn(Call(10, {"docker", "ps"}, kAlice, 5));
  acts.Learn(Call(9, {"docker", "ps"}, kAlice, 5));  // of another processor, a little late
  acts.Learn(later);
  EXPECT_EQ(acts.boots(), 2U);
  const auto all = acts.Take();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(SessionOf(all[0], 2), "5@1");
  EXPECT_EQ(SessionOf(all[1], 2), "5@1");
  EXPECT_EQ(SessionOf(all[2], 2), "5");
}

TEST(Acts, TheOldestAreLeftOutAndCounted) {
  Acts acts;
  for (std::size_t i = 0; i < Acts::kMaxActs + 3; ++i) acts.Learn(Call(10, {"docker"}, kAlice, 5));
  EXPECT_EQ(acts.left_out(), 3U);
  EXPECT_EQ(acts.Take().size(), Acts::kMaxActs);
}

}  // namespace
}  // namespace brig::cli
