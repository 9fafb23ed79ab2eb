// SPDX-License-Identifier: Apache-2.0
#include "identity/people.h"

#include "identity/test_events.h"

namespace brig::identity {
namespace {

constexpr std::uint32_t kAlice = 1000, kBob = 1001, kWarden = 77;

class PeopleTest : public testing::Test {
 protected:
  PeopleTest() { people_.SetUsers({{0, "root"}, {kAlice, "alice"}, {kBob, "bob"}}); }

  void Connect(std::int64_t second, std::uint32_t pid, std::uint32_t user,
               std::vector<std::string> arguments) {
    people_.Connected(Call(second * kSecond, Ref(pid, 0, "docker"), user, std::move(arguments)));
  }
  static Act Start(std::int64_t second, std::vector<std::string> names = {}) {
    return {.join = false,
            .boot_ns = second * kSecond,
            .engine = "docker",
            .names = std::move(names),
            .image = "",
            .arguments = {"sleep", "1000"}};
  }
  static Act Join(std::int64_t second, std::vector<std::string> arguments) {
    return {.join = true,
            .boot_ns = second * kSecond,
            .engine = "docker",
            .names = {"web"},
            .image = "",
            .arguments = std::move(arguments)};
  }

  People people_{kWarden};
};

TEST_F(PeopleTest, ALoginUidIsAPersonWithAName) {
  Event event = EventAt(1, Operation::kOpen, Ref(5, 0));
  EXPECT_EQ(people_.LoginOf(event.actor).basis, PersonBasis::kUnknown);
  EXPECT_EQ(people_.LoginOf(event.actor).name, "unknown");
  event.actor.login_uid = kAlice;
  event.actor.session = 4;
  EXPECT_EQ(people_.LoginOf(event.actor).basis, PersonBasis::kLogin);
  EXPECT_EQ(people_.LoginOf(event.actor).name, "alice");
  EXPECT_EQ(people_.LoginOf(event.actor).session, 4U);
}

TEST_F(PeopleTest, TheOneCallerIsThePerson) {
  Connect(100, 10, kAlice, {"docker", "run", "-d", "shop/web"});
  const Person person = people_.CallerOf(Start(101));
  EXPECT_EQ(person.basis, PersonBasis::kCaller);
  EXPECT_EQ(person.name, "alice");
  EXPECT_EQ(person.login_uid, kAlice);
  EXPECT_EQ(person.command, "docker run -d shop/web");
}

TEST_F(PeopleTest, NobodyCallingMeansUnknown) {
  EXPECT_EQ(people_.CallerOf(Start(101)).basis, PersonBasis::kUnknown);
  EXPECT_EQ(people_.CallerOf(Start(101)).name, "unknown");
}

TEST_F(PeopleTest, ACallerThatCameLaterIsNoCandidate) {
  Connect(102, 10, kAlice, {"docker", "run", "x"});
  EXPECT_EQ(people_.CallerOf(Start(101)).basis, PersonBasis::kUnknown);
}

TEST_F(PeopleTest, ACallerThatHadEndedIsNoCandidate) {
  Connect(100, 10, kAlice, {"docker", "run", "x"});
  people_.Ended(Ref(10, 0), 101 * kSecond);
  EXPECT_EQ(people_.CallerOf(Start(107)).basis, PersonBasis::kUnknown);
}

TEST_F(PeopleTest, ACallerWhoseEndIsReportedFirstButCameLaterIsOne) {
  Connect(100, 10, kAlice, {"docker", "run", "x"});
  people_.Ended(Ref(10, 0), 103 * kSecond);
  EXPECT_EQ(people_.CallerOf(Start(102)).name, "alice");
}

TEST_F(PeopleTest, AClientWithoutTellingWordsCountsForAMinute) {
  Connect(100, 10, kAlice, {"curl", "--unix-socket", "/run/docker.sock"});
  EXPECT_EQ(people_.CallerOf(Start(161)).basis, PersonBasis::kUnknown);
  EXPECT_EQ(people_.CallerOf(Start(160)).name, "alice");
}

TEST_F(PeopleTest, ALongPullDoesNotHideWhoRanIt) {
  Connect(100, 10, kAlice, {"docker", "run", "huge"});
  EXPECT_EQ(people_.CallerOf(Start(400)).name, "alice");
}

TEST_F(PeopleTest, OfSeveralTheOneWhoNamesTheContainerIsMeant) {
  Connect(100, 10, kAlice, {"docker", "run", "--name", "db", "shop/db"});
  Connect(100, 11, kBob, {"docker", "run", "--name", "web", "shop/web"});
  const Person person = people_.CallerOf(Start(101, {"", "web", "shop/web"}));
  EXPECT_EQ(person.basis, PersonBasis::kCaller);
  EXPECT_EQ(person.name, "bob");
}

TEST_F(PeopleTest, OfSeveralTheOneWhoseCommandRunsIsMeant) {
  Connect(100, 10, kAlice, {"docker", "exec", "web", "id"});
  Connect(100, 11, kBob, {"docker", "exec", "web", "cat", "/etc/passwd"});
  EXPECT_EQ(people_.CallerOf(Join(101, {"cat", "/etc/passwd"})).name, "bob");
}

TEST_F(PeopleTest, SeveralThatFitEquallyAreListed) {
  Connect(100, 10, kAlice, {"docker", "run", "shop/web"});
  Connect(100, 11, kBob, {"docker", "run", "shop/web"});
  const Person person = people_.CallerOf(Start(101));
  EXPECT_EQ(person.basis, PersonBasis::kAmbiguous);
  EXPECT_EQ(person.name, "alice or bob");
  EXPECT_EQ(person.login_uid, kUnsetId);
}

TEST_F(PeopleTest, OnePersonWithSeveralCommandsIsStillThatPerson) {
  Connect(100, 10, kAlice, {"docker", "run", "a"});
  Connect(100, 11, kAlice, {"docker", "run", "b"});
  const Person person = people_.CallerOf(Start(101));
  EXPECT_EQ(person.basis, PersonBasis::kCaller);
  EXPECT_EQ(person.name, "alice");
  EXPECT_EQ(person.command, "docker run a or docker run b");
}

TEST_F(PeopleTest, ARunHasOneContainerAndIsSpent) {
  Connect(100, 10, kAlice, {"docker", "run", "-it", "a"});
  EXPECT_EQ(people_.CallerOf(Start(101)).name, "alice");
  EXPECT_EQ(people_.CallerOf(Start(110)).basis, PersonBasis::kUnknown);
}

TEST_F(PeopleTest, ComposeMayStartMany) {
  Connect(100, 10, kAlice, {"/usr/libexec/docker/cli-plugins/docker-compose", "compose", "up"});
  EXPECT_EQ(people_.CallerOf(Start(101)).name, "alice");
  EXPECT_EQ(people_.CallerOf(Start(102)).name, "alice");
}

TEST_F(PeopleTest, WhoOnlyListsStartsNothing) {
  Connect(100, 10, kAlice, {"docker", "ps"});
  Connect(100, 11, kBob, {"docker", "exec", "web", "sh"});
  EXPECT_EQ(people_.CallerOf(Start(101)).basis, PersonBasis::kUnknown);
  EXPECT_EQ(people_.CallerOf(Join(101, {"sh"})).name, "bob");
}

TEST_F(PeopleTest, WithoutALoginTheUserIsNamed) {
  Connect(100, 10, kUnsetId, {"docker", "run", "x"});
  const Person person = people_.CallerOf(Start(101));
  EXPECT_EQ(person.basis, PersonBasis::kCaller);
  EXPECT_EQ(person.name, "root");
  EXPECT_EQ(person.login_uid, kUnsetId);
}

TEST_F(PeopleTest, OurOwnReaderIsNobody) {
  Event call = Call(100 * kSecond, Ref(10, 0, "brigd"), kUnsetId, {"brigd", "reader"});
  call.actor.parent_pid = kWarden;
  people_.Connected(call);
  EXPECT_EQ(people_.CallerOf(Start(101)).basis, PersonBasis::kUnknown);
}

TEST_F(PeopleTest, DockerdCallingContainerdIsNobody) {
  people_.Connected(Call(100 * kSecond, Ref(10, 0, "dockerd"), kUnsetId, {"dockerd"},
                         HostObject::kContainerdSocket));
  Act act = Start(101);
  act.engine.clear();
  EXPECT_EQ(people_.CallerOf(act).basis, PersonBasis::kUnknown);
}

TEST_F(PeopleTest, DockersContainersComeFromDockersSocketOnly) {
  people_.Connected(Call(100 * kSecond, Ref(10, 0, "ctr"), kAlice, {"ctr", "run"},
                         HostObject::kContainerdSocket));
  EXPECT_EQ(people_.CallerOf(Start(101)).basis, PersonBasis::kUnknown);
  Act act = Start(101);
  act.engine.clear();
  EXPECT_EQ(people_.CallerOf(act).name, "alice");
}

TEST_F(PeopleTest, AFloodOfCallersIsBounded) {
  for (std::uint32_t pid = 1; pid < 5'000; ++pid) Connect(100, pid, kBob, {"docker", "run", "x"});
  EXPECT_EQ(people_.CallerOf(Start(101)).name, "bob");
  EXPECT_LT(people_.CallerOf(Start(101)).command.size(), 2'200U);
}

TEST_F(PeopleTest, TheNameCountsOverTheImageThatManyStart) {
  Connect(100, 10, kAlice, {"docker", "run", "--name", "web", "busybox", "sleep", "1000"});
  Connect(100, 11, kBob, {"docker", "run", "--name", "db", "busybox", "sleep", "1000"});
  Act act = Start(101, {std::string(64, 'a'), "web"});
  act.image = "busybox";
  EXPECT_EQ(people_.CallerOf(act).name, "alice");
  act.names = {std::string(64, 'b'), "other"};
  EXPECT_EQ(people_.CallerOf(act).name, "bob") << "hers has done its one act";
}

TEST_F(PeopleTest, ACallerWhoIsGoneBeforeItsContainerRunsIsNotLeftOutForAnother) {
  Connect(100, 10, kAlice, {"docker", "run", "--name", "web", "busybox", "sleep", "1000"});
  Connect(100, 11, kBob, {"docker", "run", "--name", "db", "busybox", "sleep", "1000"});
  people_.Ended(Ref(10, 0, "docker"), 101 * kSecond);
  EXPECT_EQ(people_.CallerOf(Start(102), false).basis, PersonBasis::kAmbiguous);
  EXPECT_EQ(people_.CallerOf(Start(102, {"web"})).name, "alice");
  EXPECT_EQ(people_.CallerOf(Start(103, {"db"})).name, "bob");
}

}  // namespace
}  // namespace brig::identity
