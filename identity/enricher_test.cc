// SPDX-License-Identifier: Apache-2.0
#include "identity/enricher.h"

#include "identity/test_events.h"

namespace brig::identity {
namespace {

constexpr std::uint32_t kAlice = 1000, kBob = 1001;

class EnricherTest : public testing::Test {
 protected:
  EnricherTest() {
    Facts users;
    users.documents = {{DocumentKind::kUsers, "/etc/passwd", TestData("proc_text_corpus/passwd")}};
    enricher_.Apply(users);
  }
  // alice runs "web" in a container with key 1.
  void StartWeb() {
    enricher_.Observe(Call(1933 * kSecond, Ref(800, 0, "docker"), kAlice,
                           {"docker", "run", "-d", "--name", "web", "shop/web:1.4"}));
    enricher_.Observe(Birth(1934 * kSecond, Operation::kContainerStart, WebProcess(1)));
    enricher_.Observe(Exit(1935 * kSecond, Ref(800, 0, "docker")));
    enricher_.Apply(WebFacts(1));
  }
  Subject Open(const ProcessRef& process) {
    return enricher_.Apply(EventAt(1940 * kSecond, Operation::kOpen, process));
  }

  Enricher enricher_{{.host = HostNamespaces(), .warden_pid = 77}};
};

TEST_F(EnricherTest, AnEventIsGivenItsContainerItsChainAndItsPerson) {
  StartWeb();
  enricher_.Observe(Fork(1936 * kSecond, WebProcess(1), Ref(900, 1, "sleep")));
  const Subject subject = Open(Ref(900, 1, "cat"));
  EXPECT_EQ(subject.container.name, "web");
  EXPECT_EQ(subject.person.name, "alice");
  EXPECT_EQ(subject.person.basis, PersonBasis::kCaller);
  EXPECT_EQ(subject.container.started_by.name, "alice");
  ASSERT_GE(subject.chain.size(), 3U);
  EXPECT_EQ(subject.chain[1].ref.pid, 29170U);
  EXPECT_EQ(subject.chain[2].ref.comm, "containerd-shim");
}

TEST_F(EnricherTest, WhoComesInByExecIsThePersonOfWhatTheExecDoes) {
  StartWeb();
  enricher_.Observe(
      Call(1937 * kSecond, Ref(810, 0, "docker"), kBob, {"docker", "exec", "web", "sh"}));
  enricher_.Observe(Birth(1938 * kSecond, Operation::kContainerJoin, Ref(950, 1, "sh"), {"sh"}));
  enricher_.Observe(Fork(1939 * kSecond, Ref(950, 1, "sh"), Ref(951, 1, "sh")));
  EXPECT_EQ(Open(Ref(951, 1, "cat")).person.name, "bob");
  EXPECT_EQ(Open(Ref(951, 1, "cat")).container.started_by.name, "alice");
  EXPECT_EQ(Open(WebProcess(1)).person.name, "alice");
}

TEST_F(EnricherTest, AContainedTaskCannotPassForSomebodyByItsLoginUid) {
  StartWeb();
  Event event = EventAt(1940 * kSecond, Operation::kOpen, WebProcess(1));
  event.actor.login_uid = kBob;
  EXPECT_EQ(enricher_.Apply(event).person.name, "alice");
}

TEST_F(EnricherTest, TheLoginOfWhoRanTheRuntimeByHandIsThePerson) {
  Event start = Birth(10 * kSecond, Operation::kContainerStart, Ref(700, 3));
  start.chain = {Ref(600, 0, "runc"), Ref(601, 0, "bash")};
  start.actor.login_uid = kBob;
  enricher_.Observe(start);
  EXPECT_EQ(Open(Ref(700, 3)).person.name, "bob");
  EXPECT_EQ(Open(Ref(700, 3)).person.basis, PersonBasis::kLogin);
}

TEST_F(EnricherTest, ADaemonsLoginIsNotThePersons) {
  Event start = Birth(10 * kSecond, Operation::kContainerStart, Ref(700, 3));
  start.actor.login_uid = kBob;  // bob started dockerd from a shell
  enricher_.Observe(start);
  EXPECT_EQ(Open(Ref(700, 3)).person.basis, PersonBasis::kUnknown);
}

TEST_F(EnricherTest, ACallerOfDockerIsNotBlamedForAContainerMadeByHand) {
  enricher_.Observe(Call(9 * kSecond, Ref(800, 0, "docker"), kAlice, {"docker", "run", "x"}));
  Event start = Birth(10 * kSecond, Operation::kContainerStart, Ref(700, 3));
  start.chain = {Ref(600, 0, "runc"), Ref(601, 0, "bash")};
  enricher_.Observe(start);
  EXPECT_EQ(Open(Ref(700, 3)).person.basis, PersonBasis::kUnknown);
}

TEST_F(EnricherTest, TheLoginOfAContainerFoundRunningIsNotBelieved) {
  Event start = Birth(10 * kSecond, Operation::kContainerStart, Ref(700, 3));
  start.chain = {Ref(600, 0, "runc")};
  start.actor.login_uid = kBob;
  std::get<BirthDetails>(start.details).found_running = true;
  enricher_.Observe(start);
  EXPECT_EQ(Open(Ref(700, 3)).person.basis, PersonBasis::kUnknown);
}

// One found running, or restored from a checkpoint.
TEST_F(EnricherTest, AnyProcessOfAContainersOwnMayBeTheOneARuntimeNames) {
  for (const bool found_running : {true, false}) {
    const std::uint64_t key = found_running ? 3 : 4;
    Event start = Birth(5000 * kSecond, Operation::kContainerStart, Ref(700, key));
    std::get<BirthDetails>(start.details).found_running = found_running;
    enricher_.Observe(start);
    Facts facts = WebFacts(key);
    facts.first_process = Ref(700, key);
    enricher_.Apply(facts);
    EXPECT_EQ(enricher_.ListContainers(true).back().naming, Naming::kUnidentified);
    enricher_.Observe(Exec(5000 * kSecond, WebProcess(key), "/bin/sleep", {}));
    enricher_.Apply(facts);
    EXPECT_EQ(enricher_.ListContainers(true).back().name, "web");
  }
}

TEST_F(EnricherTest, ACallerReportedLateIsStillFound) {
  enricher_.Observe(Birth(1934 * kSecond, Operation::kContainerStart, WebProcess(1)));
  EXPECT_EQ(Open(WebProcess(1)).person.basis, PersonBasis::kUnknown);
  enricher_.Observe(Call(1933 * kSecond, Ref(800, 0, "docker"), kAlice, {"docker", "run", "x"}));
  EXPECT_EQ(Open(WebProcess(1)).person.name, "alice");
}

TEST_F(EnricherTest, TheEnginesNameForAContainerSettlesWhoWasMeant) {
  enricher_.Observe(Call(1933 * kSecond, Ref(800, 0, "docker"), kAlice,
                         {"docker", "run", "--name", "web", "shop/web:1.4"}));
  enricher_.Observe(Call(1933 * kSecond, Ref(801, 0, "docker"), kBob,
                         {"docker", "run", "--name", "db", "shop/db"}));
  enricher_.Observe(Birth(1934 * kSecond, Operation::kContainerStart, WebProcess(1)));
  EXPECT_EQ(Open(WebProcess(1)).person.basis, PersonBasis::kAmbiguous);
  EXPECT_EQ(Open(WebProcess(1)).person.name, "alice or bob");
  const Changes changes = enricher_.Apply(WebFacts(1));
  ASSERT_EQ(changes.containers.size(), 1U);
  EXPECT_EQ(changes.containers[0].started_by.name, "alice");
}

TEST_F(EnricherTest, AnEventOfAContainerNeverHeardOfIsNotDropped) {
  const Subject subject = Open(Ref(5, 0x3f, "cat"));
  EXPECT_EQ(subject.container.key, 0x3fU);
  EXPECT_EQ(subject.container.DisplayName(), "unidentified-3f");
  EXPECT_NE(subject.container.note, "");
  EXPECT_EQ(subject.person.name, "unknown");
  ASSERT_EQ(subject.chain.size(), 1U);
}

TEST_F(EnricherTest, AHostTaskIsItsLogin) {
  Event event = EventAt(10, Operation::kConnect, Ref(5, 0));
  event.actor.login_uid = kAlice;
  const Subject subject = enricher_.Apply(event);
  EXPECT_EQ(subject.person.name, "alice");
  EXPECT_EQ(subject.container.key, 0U);
  EXPECT_EQ(subject.container.DisplayName(), "host");
}

TEST_F(EnricherTest, AStartAndAnEndAreChanges) {
  const Changes start =
      enricher_.Observe(Birth(1934 * kSecond, Operation::kContainerStart, WebProcess(1)));
  ASSERT_EQ(start.containers.size(), 1U);
  EXPECT_EQ(enricher_.CountRunning(1), 1U);
  Event end = EventAt(1950 * kSecond, Operation::kContainerEnd, WebProcess(1));
  end.details = EndDetails{};
  const Changes ended = enricher_.Observe(end);
  ASSERT_EQ(ended.containers.size(), 1U);
  EXPECT_NE(ended.containers[0].ended_wall_ns, 0);
  EXPECT_EQ(enricher_.CountRunning(1), 0U);
  EXPECT_EQ(enricher_.ProcessesOf(1).size(), 1U);
}

TEST_F(EnricherTest, FactsThatOnlyConfirmAreNoChange) {
  enricher_.Observe(Birth(1934 * kSecond, Operation::kContainerStart, WebProcess(1)));
  EXPECT_EQ(enricher_.Apply(WebFacts(1)).containers.size(), 1U);
  EXPECT_TRUE(enricher_.Apply(WebFacts(1)).containers.empty());
  // Meanwhile the caller has become known: the next record says so.
  enricher_.Observe(Call(1933 * kSecond, Ref(800, 0, "docker"), kAlice, {"docker", "run", "x"}));
  EXPECT_EQ(Open(WebProcess(1)).person.name, "alice");
  const Changes changes = enricher_.Apply(WebFacts(1));
  ASSERT_EQ(changes.containers.size(), 1U);
  EXPECT_EQ(changes.containers[0].started_by.name, "alice");
}

TEST_F(EnricherTest, AllowancesOfEarlyFactsComeWithTheStart) {
  Facts facts;
  facts.container = 2;
  facts.documents = {{DocumentKind::kRuntimeState, "/run/runc/x/state.json",
                      TestData("runtime_state_corpus/admin.json")}};
  EXPECT_TRUE(enricher_.Apply(facts).allowances.empty());
  const Changes changes = enricher_.Observe(Birth(1934 * kSecond, Operation::kContainerStart,
                                                  Ref(29234, 2, "sleep", 193450ULL * 10'000'000)));
  ASSERT_EQ(changes.allowances.size(), 1U);
  EXPECT_EQ(changes.allowances[0].devices.size(), 2U);
}

TEST_F(EnricherTest, ThousandsOfJoinsAreBoundedAndOldOnesSaySo) {
  StartWeb();
  for (std::uint32_t pid = 1'000; pid < 7'000; ++pid)
    enricher_.Observe(Birth(1940 * kSecond, Operation::kContainerJoin, Ref(pid, 1), {"true"}));
  EXPECT_EQ(Open(Ref(1'500, 1)).person.basis, PersonBasis::kUnknown);
  EXPECT_EQ(Open(WebProcess(1)).person.name, "alice");
}

}  // namespace
}  // namespace brig::identity
