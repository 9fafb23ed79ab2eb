// SPDX-License-Identifier: Apache-2.0
#include "identity/containers.h"

#include <fmt/format.h>

#include <algorithm>

#include "identity/test_events.h"

namespace brig::identity {
namespace {

Event WebStart(std::uint64_t key) {
  return Birth(1934 * kSecond, Operation::kContainerStart, WebProcess(key));
}

TEST(Containers, OneThatARuntimeAndDockerVouchForIsNamed) {
  Containers containers(HostNamespaces());
  EXPECT_TRUE(containers.Observe(WebStart(1)));
  EXPECT_EQ(containers.Find(1)->naming, Naming::kUnidentified);
  const Changes changes = containers.Apply(WebFacts(1));
  ASSERT_EQ(changes.containers.size(), 1U);
  const Container& container = changes.containers[0];
  EXPECT_EQ(container.naming, Naming::kEngine);
  EXPECT_EQ(container.engine, "docker");
  EXPECT_EQ(container.id, kWebId);
  EXPECT_EQ(container.name, "web");
  EXPECT_EQ(container.image, "shop/web:1.4");
  EXPECT_TRUE(container.image_digest.starts_with("sha256:d098abfe"));
  EXPECT_EQ(container.note, "");
  EXPECT_EQ(container.labels.size(), 2U);
  EXPECT_TRUE(container.risks.empty());
  EXPECT_TRUE(changes.allowances.empty());
}

TEST(Containers, ThePolicyCountsOnceTheContainerIsVouchedFor) {
  Policy policy;
  policy.path = "/p";
  policy.clauses.push_back(
      {.line = 2,
       .match = {.name = "web", .image = "", .image_digest = "", .engine = "docker", .labels = {}},
       .rulings = {{.kind = GrantKind::kWaiver,
                    .line = 3,
                    .number = static_cast<std::uint32_t>(Invariant::kProcesses)}},
       .reason = "it must"});
  Containers containers(HostNamespaces(), nullptr, policy);
  containers.Observe(WebStart(1));
  EXPECT_EQ(containers.AllowanceOf(1), std::nullopt) << "nobody said yet who it is";
  Facts claim = WebFacts(1);
  claim.documents.erase(claim.documents.begin());
  EXPECT_TRUE(containers.Apply(claim).allowances.empty()) << "docker's word alone is a claim";
  const Changes changes = containers.Apply(WebFacts(1));
  ASSERT_EQ(changes.allowances.size(), 1U);
  EXPECT_EQ(changes.allowances[0].modes,
            (std::vector<InvariantSetting>{{Invariant::kProcesses, Mode::kOff}}));
  ASSERT_EQ(changes.containers.size(), 1U);
  ASSERT_EQ(changes.containers[0].risks.size(), 1U);
  EXPECT_EQ(changes.containers[0].risks[0].what, "waived");
  EXPECT_EQ(containers.PostureOf(1)->clause, "/p:2");
  EXPECT_EQ(containers.PostureOf(2), nullptr);
}

TEST(Containers, FactsMayComeBeforeTheStart) {
  Containers containers(HostNamespaces());
  EXPECT_TRUE(containers.Apply(WebFacts(1)).containers.empty());
  EXPECT_TRUE(containers.List(true).empty());
  containers.Observe(WebStart(1));
  EXPECT_EQ(containers.Find(1)->name, "web");
}

TEST(Containers, AStateOfAnotherStartIsNotBelieved) {
  Containers containers(HostNamespaces());
  ProcessRef other = WebProcess(1);
  other.start_ns += 5 * kSecond;  // the pid was used again
  containers.Observe(Birth(1940 * kSecond, Operation::kContainerStart, other));
  Facts facts = WebFacts(1);
  facts.first_process = other;
  const Changes changes = containers.Apply(facts);
  ASSERT_EQ(changes.containers.size(), 1U);
  EXPECT_EQ(changes.containers[0].naming, Naming::kUnidentified);
  EXPECT_EQ(changes.containers[0].name, "");
  EXPECT_NE(changes.containers[0].note.find("names another process"), std::string::npos);
}

TEST(Containers, FactsAboutAnotherProcessAreIgnored) {
  Containers containers(HostNamespaces());
  containers.Observe(Birth(1940 * kSecond, Operation::kContainerStart, Ref(5, 1)));
  EXPECT_TRUE(containers.Apply(WebFacts(1)).containers.empty());
}

TEST(Containers, ACgroupPathAloneIsAClaimAndNoIdentity) {
  Containers containers(HostNamespaces());
  Event start = WebStart(1);
  std::get<BirthDetails>(start.details).cgroup = "/docker/" + std::string(kWebId);
  containers.Observe(start);
  EXPECT_EQ(containers.Find(1)->naming, Naming::kUnidentified);
  EXPECT_EQ(containers.Find(1)->id, "");
  EXPECT_NE(containers.Find(1)->note.find("claims to be container 4415f1e46cfd"),
            std::string::npos);
}

TEST(Containers, DockersWordWithoutARuntimesStateIsNotBelieved) {
  Containers containers(HostNamespaces());
  containers.Observe(WebStart(1));
  Facts facts = WebFacts(1);
  facts.documents.erase(facts.documents.begin());
  containers.Apply(facts);
  EXPECT_EQ(containers.Find(1)->naming, Naming::kUnidentified);
}

TEST(Containers, WithoutAnEngineTheRuntimeNamesIt) {
  Containers containers(HostNamespaces());
  containers.Observe(WebStart(1));
  Facts facts = WebFacts(1);
  facts.documents.resize(1);
  containers.Apply(facts);
  EXPECT_EQ(containers.Find(1)->naming, Naming::kRuntime);
  EXPECT_EQ(containers.Find(1)->engine, "runc");
  EXPECT_EQ(containers.Find(1)->DisplayName(), "4415f1e46cfd");
}

TEST(Containers, TheRightOneOfSeveralStatesIsTaken) {
  for (const bool other_first : {true, false}) {
    Containers containers(HostNamespaces());
    containers.Observe(WebStart(1));
    Facts facts = WebFacts(1);
    const Document other{DocumentKind::kRuntimeState, "/run/runc/wild/state.json",
                         TestData("runtime_state_corpus/wild.json")};
    facts.documents.insert(other_first ? facts.documents.begin() : facts.documents.end(), other);
    containers.Apply(facts);
    EXPECT_EQ(containers.Find(1)->name, "web") << other_first;
  }
}

TEST(Containers, HostileDocumentsLeaveItUnidentifiedWithTheReason) {
  Containers containers(HostNamespaces());
  containers.Observe(WebStart(1));
  Facts facts;
  facts.container = 1;
  facts.documents = {{DocumentKind::kRuntimeState, "/run/x\n/state.json", "{\"id\":"},
                     {DocumentKind::kDockerInspect, "/run/docker.sock", std::string(3, '\0')},
                     {DocumentKind::kFailure, "", "/run/docker.sock did not answer\x1b[2J"}};
  containers.Apply(facts);
  const std::string note = containers.Find(1)->note;
  EXPECT_NE(note.find("did not answer"), std::string::npos);
  EXPECT_EQ(note.find('\x1b'), std::string::npos);
  EXPECT_EQ(note.find('\n'), std::string::npos);
}

TEST(Containers, DangerAndDevicesOfARealContainerAreTold) {
  Containers containers(HostNamespaces());
  const ProcessRef process = Ref(29234, 2, "sleep", 193450ULL * 10'000'000);
  Event start = Birth(1934 * kSecond, Operation::kContainerStart, process);
  auto& birth = std::get<BirthDetails>(start.details);
  birth.namespaces.pid = HostNamespaces().pid;
  birth.seccomp = 0;
  containers.Observe(start);
  Facts facts;
  facts.container = 2;
  facts.documents = {{DocumentKind::kRuntimeState, "/run/docker/runtime-runc/moby/x/state.json",
                      TestData("runtime_state_corpus/admin.json")}};
  const Changes changes = containers.Apply(facts);
  ASSERT_EQ(changes.containers.size(), 1U);
  std::string told;
  for (const Risk& risk : changes.containers[0].risks) told += risk.what + ": " + risk.text + "\n";
  for (const std::string_view part :
       {"whole file system", "Docker's socket", "/dev/fuse (c 10:229)", "host_pid", "seccomp"})
    EXPECT_NE(told.find(part), std::string::npos) << part << " in\n" << told;
  ASSERT_EQ(changes.allowances.size(), 1U);
  EXPECT_EQ(changes.allowances[0].container, 2U);
  EXPECT_EQ(changes.allowances[0].devices.size(), 2U);
  EXPECT_TRUE(containers.Apply(facts).allowances.empty()) << "the same again is no change";
}

TEST(Containers, AVolumeThatIsReallyAHostDirectoryIsSeen) {
  Containers containers(HostNamespaces());
  containers.Observe(WebStart(1));
  Facts facts = WebFacts(1);
  std::string& state = facts.documents[0].content;
  const std::string from = "\"source\":\"/srv/data\"";
  ASSERT_NE(state.find(from), std::string::npos);
  state.replace(state.find(from), from.size(),
                "\"source\":\"/var/lib/docker/volumes/innocent/_data\"");
  facts.documents.push_back(
      {DocumentKind::kMountInfo, "", "89 72 254:0 /etc /data rw - ext4 /dev/vda rw\n"});
  containers.Apply(facts);
  ASSERT_FALSE(containers.Find(1)->risks.empty());
  EXPECT_NE(containers.Find(1)->risks[0].text.find("/etc mounted at /data"), std::string::npos);
}

TEST(Containers, OneFoundRunningBeganWhenItsFirstProcessDid) {
  Containers containers(HostNamespaces());
  Event start = Birth(5000 * kSecond, Operation::kContainerStart, WebProcess(1));
  std::get<BirthDetails>(start.details).found_running = true;
  containers.Observe(start);
  EXPECT_EQ(containers.Find(1)->started_wall_ns,
            kWallOfBoot + static_cast<std::int64_t>(WebProcess(1).start_ns));
}

TEST(Containers, AreFoundByNameIdItsBeginningOrKey) {
  Containers containers(HostNamespaces());
  containers.Observe(WebStart(63));
  containers.Apply(WebFacts(63));
  for (const std::string_view name : {"web", "4415f1", "63", "unidentified-3f"})
    EXPECT_TRUE(containers.Find(name)) << name;
  for (const std::string_view name : {"", "we", "4", "64", "shop/web:1.4"})
    EXPECT_FALSE(containers.Find(name)) << name;
}

TEST(Containers, ARunningOneIsFoundBeforeAnEndedOneOfThatName) {
  Containers containers(HostNamespaces());
  for (const std::uint64_t key : {1U, 2U, 3U}) {
    containers.Observe(WebStart(key));
    containers.Apply(WebFacts(key));
    if (key != 2) {
      Event end = EventAt(2000 * kSecond, Operation::kContainerEnd, WebProcess(key));
      end.details = EndDetails{};
      EXPECT_TRUE(containers.Observe(end));
    }
  }
  ASSERT_TRUE(containers.Find("web"));
  EXPECT_EQ(containers.Find("web")->key, 2U);
  EXPECT_EQ(containers.running(), 1U);
  EXPECT_EQ(containers.ever(), 3U);
  EXPECT_EQ(containers.List(false).size(), 1U);
  EXPECT_EQ(containers.List(true).size(), 3U);
}

TEST(Containers, ThousandsStartedAndRemovedStayWithinTheBound) {
  Containers containers(HostNamespaces());
  containers.Observe(WebStart(1));
  for (std::uint64_t key = 2; key < 6'000; ++key) {
    containers.Observe(Birth(kSecond, Operation::kContainerStart, Ref(9, key)));
    Event end = EventAt(kSecond, Operation::kContainerEnd, Ref(9, key));
    end.details = EndDetails{};
    containers.Observe(end);
    Facts late;
    late.container = key - 1'000'000;  // of a container never heard of
    containers.Apply(late);
  }
  EXPECT_LE(containers.List(true).size(), Containers::kMaxEnded + 2);
  EXPECT_TRUE(containers.Find(1)) << "the one that runs stays";
}

constexpr std::string_view kDevId =
    "cbd70f6ea82948be7bdc768663f0a55438d44b284a779e5308e0b0c9f28cec52";

// The container "dev" of testdata, made by podman with crun: its first process had pid 21032 and
// began at tick 2658530.
ProcessRef DevProcess() { return Ref(21032, 3, "sleep", 2658530ULL * 10'000'000 + 77); }

// The facts in the two parts in which the reader sends them.
std::vector<Facts> DevFacts(const std::string& runtime_root, std::uint32_t owner) {
  const std::string directory = fmt::format("{}/{}", runtime_root, kDevId);
  const std::string storage = "/var/lib/containers/storage/overlay-containers/containers.json";
  std::vector<Facts> facts(2);
  for (Facts& each : facts) {
    each.container = 3;
    each.first_process = DevProcess();
  }
  facts[0].complete = false;
  facts[0].documents = {{DocumentKind::kSpec, directory + "/config.json",
                         TestData("oci_spec_corpus/podman.json"), owner},
                        {DocumentKind::kRuntimeState, directory + "/status",
                         TestData("runtime_state_corpus/crun.json"), owner}};
  facts[1].documents = {
      {DocumentKind::kStorage, storage, TestData("storage_corpus/podman.json"), owner}};
  return facts;
}

TEST(Containers, PodmansIsNamedAndAllowedWhatItsStartAskedFor) {
  Containers containers(HostNamespaces());
  containers.Observe(Birth(26585 * kSecond, Operation::kContainerStart, DevProcess()));
  for (const Facts& facts : DevFacts("/run/crun", 0)) containers.Apply(facts);
  const Container& container = *containers.Find(3);
  EXPECT_EQ(container.naming, Naming::kEngine) << container.note;
  EXPECT_EQ(container.engine, "podman");
  EXPECT_EQ(container.id, kDevId);
  EXPECT_EQ(container.name, "dev");
  EXPECT_EQ(container.image, "localhost/bb:latest");
  EXPECT_EQ(container.devices, std::vector<std::string>{"/dev/kmsg (c 1:11)"});
  ASSERT_TRUE(containers.AllowanceOf(3));
  EXPECT_EQ(containers.AllowanceOf(3)->devices.size(), 1U);
  const auto data = std::ranges::find(container.mounts, "/data", &MountInfo::destination);
  ASSERT_NE(data, container.mounts.end());
  EXPECT_EQ(data->source, "/srv/data");
  EXPECT_EQ(containers.Find("dev")->key, 3U);
}

TEST(Containers, AUserCannotNameWhatRootStarted) {
  Containers containers(HostNamespaces());
  containers.Observe(Birth(26585 * kSecond, Operation::kContainerStart, DevProcess()));
  std::vector<Facts> forged = DevFacts("/run/user/1000/crun", 1000);
  forged[0].documents.push_back({DocumentKind::kUserMap, "", "0 0 4294967295\n"});
  for (const Facts& facts : forged) containers.Apply(facts);
  EXPECT_EQ(containers.Find(3)->naming, Naming::kUnidentified);
  EXPECT_EQ(containers.Find(3)->name, "");
  EXPECT_EQ(containers.AllowanceOf(3), std::nullopt);
  EXPECT_NE(containers.Find(3)->note.find("but user 1000 could have written that"),
            std::string::npos)
      << containers.Find(3)->note;
}

TEST(Containers, AUsersOwnIsNamedAsHers) {
  Containers containers(HostNamespaces());
  containers.Observe(Birth(26585 * kSecond, Operation::kContainerStart, DevProcess()));
  std::vector<Facts> hers = DevFacts("/run/user/1000/crun", 1000);
  hers[0].documents.push_back(
      {DocumentKind::kUserMap, "", TestData("proc_text_corpus/rootless.uid_map")});
  for (const Facts& facts : hers) containers.Apply(facts);
  EXPECT_EQ(containers.Find(3)->engine, "podman:1000") << containers.Find(3)->note;
  EXPECT_EQ(containers.Find(3)->name, "dev");
}

bool HasRisk(const Container& container, std::string_view what) {
  return std::ranges::find(container.risks, what, &Risk::what) != container.risks.end();
}

TEST(Containers, WhatDockerDeniesIsAGhost) {
  Containers containers(HostNamespaces());
  containers.Observe(WebStart(1));
  containers.Apply(WebFacts(1));
  EXPECT_FALSE(HasRisk(*containers.Find(1), "ghost"));
  Facts denied = WebFacts(1);
  denied.documents.resize(1);
  denied.documents.push_back({DocumentKind::kDockerInspect, "/run/docker.sock",
                              TestData("docker_answer_corpus/missing.http")});
  containers.Apply(denied);
  const Container& container = *containers.Find(1);
  EXPECT_TRUE(HasRisk(container, "ghost"));
  EXPECT_NE(container.note.find("docker does not know it"), std::string::npos) << container.note;
  EXPECT_EQ(container.naming, Naming::kRuntime);
  EXPECT_EQ(container.name, "") << "what docker said before counts no more";
  containers.Apply(WebFacts(1));
  EXPECT_FALSE(HasRisk(*containers.Find(1), "ghost"));
  EXPECT_EQ(containers.Find(1)->name, "web");
}

TEST(Containers, WhatPodmanDeniesIsAGhost) {
  Containers containers(HostNamespaces());
  containers.Observe(Birth(26585 * kSecond, Operation::kContainerStart, DevProcess()));
  std::vector<Facts> facts = DevFacts("/run/crun", 0);
  facts[1].documents[0].content = "[]";
  for (const Facts& each : facts) containers.Apply(each);
  EXPECT_TRUE(HasRisk(*containers.Find(3), "ghost"));
  EXPECT_EQ(containers.Find(3)->engine, "crun");
}

}  // namespace
}  // namespace brig::identity
