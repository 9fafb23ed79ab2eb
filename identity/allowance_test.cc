// SPDX-License-Identifier: Apache-2.0
#include "identity/allowance.h"

#include <fmt/format.h>

#include "identity/oci_spec.h"
#include "identity/test_events.h"

namespace brig::identity {
namespace {

RuntimeState State(const std::string& name) {
  auto state = ParseRuntimeState(TestData("runtime_state_corpus/" + name + ".json"), "");
  EXPECT_TRUE(state);
  return state ? *std::move(state) : RuntimeState();
}

// Started so, where there is no policy.
Admission Started(const RuntimeState& state, const DockerContainer* docker = nullptr) {
  Container container;
  container.key = 7;
  return ComputeAllowance(container, state, docker, Policy());
}

TEST(Allowance, AnOrdinaryContainerNeedsNone) {
  EXPECT_TRUE(Started(State("web")).allowance.devices.empty());
}

TEST(Allowance, NamedDevicesAndRulesAreAllowed) {
  const RuntimeState state = State("admin");
  const Admission admission = Started(state);
  EXPECT_EQ(admission.allowance.container, 7U);
  EXPECT_EQ(DevicesOf(admission.posture),
            (std::vector<std::string>{"/dev/fuse (c 10:229)", "(c 188:any)"}));
}

TEST(Allowance, AWildcardAllowsNothing) {
  EXPECT_TRUE(Started(State("wild")).allowance.devices.empty());
}

TEST(Allowance, OfAPrivilegedContainerOnlyDevicesAskedForByNameAreAllowed) {
  const RuntimeState state = State("wild");
  DockerContainer docker;
  docker.privileged = true;
  docker.devices = {"/dev/fuse"};
  EXPECT_EQ(DevicesOf(Started(state, &docker).posture),
            (std::vector<std::string>{"/dev/fuse (c 10:229)"}));
}

TEST(Allowance, AWildcardForOneKindOfDeviceIsAWildcardToo) {
  RuntimeState state;
  state.rules.push_back(
      {.type = 'b', .major = -1, .minor = -1, .path = {}, .permissions = "rw", .allow = true});
  state.nodes.push_back(
      {.type = 'b', .major = 8, .minor = 0, .path = "/dev/sda", .permissions = {}, .allow = false});
  EXPECT_TRUE(Started(state).allowance.devices.empty());
}

TEST(Allowance, ImpossibleNumbersAreLeftOut) {
  RuntimeState state;
  for (const std::int64_t number : {std::int64_t{-5}, std::int64_t{1} << 40})
    state.nodes.push_back({.type = 'c',
                           .major = number,
                           .minor = number,
                           .path = "/dev/x",
                           .permissions = {},
                           .allow = false});
  EXPECT_TRUE(Started(state).allowance.devices.empty());
}

TEST(Allowance, ThereIsALimit) {
  RuntimeState state;
  for (std::int64_t minor = 0; minor < 1000; ++minor)
    state.nodes.push_back({.type = 'c',
                           .major = 240,
                           .minor = minor,
                           .path = "/dev/x",
                           .permissions = {},
                           .allow = false});
  EXPECT_EQ(Started(state).allowance.devices.size(), Allowance::kMaxDevices);
}

TEST(Allowance, WhatOnlyPolicyAdmitsNoStartGives) {
  RuntimeState state;
  state.capabilities = {"CAP_SYS_TIME", "CAP_NET_ADMIN", "CAP_SYS_ADMIN"};
  state.mounts = {{"/", "/host", "", true}, {"/run/docker.sock", "/run/docker.sock", "", true}};
  DockerContainer docker;
  docker.privileged = true;
  docker.network_mode = "host";
  docker.capabilities_added = {"SYS_TIME", "NET_ADMIN"};
  docker.mounts = state.mounts;
  EXPECT_EQ(Started(state, &docker).allowance, (Allowance{.container = 7, .devices = {}}));
}

// ---- policy ----

constexpr std::uint64_t Bit(HostObject object) {
  return 1ULL << static_cast<std::uint32_t>(object);
}

template <class E>
Ruling Say(GrantKind kind, E what, Mode mode = Mode::kOff) {
  return {.kind = kind, .line = 5, .number = static_cast<std::uint32_t>(what), .mode = mode};
}

Container Shop() {
  Container container;
  container.key = 7;
  container.engine = "docker";
  container.id = "4415f1e46cfd";
  container.name = "shop-web-1";
  container.image = "registry.example/shop/web:1.4";
  container.image_digest = "sha256:d098abfe";
  container.labels = {{"tier", "front"}, {"team", "shop"}};
  return container;
}

Policy PolicyOf(std::vector<Clause> clauses) {
  Policy policy;
  policy.path = "/p";
  policy.clauses = std::move(clauses);
  return policy;
}

// What a clause with this match and one door comes to for the shop.
bool Fits(const ContainerMatch& match, const Container& container = Shop()) {
  const Policy policy = PolicyOf({{.line = 3,
                                   .match = match,
                                   .rulings = {Say(GrantKind::kDoor, HostObject::kEtcd)},
                                   .reason = ""}});
  return ComputeAllowance(container, RuntimeState(), nullptr, policy).allowance.objects != 0;
}

Admission Admit(std::vector<Ruling> rulings, const Container& container = Shop()) {
  const Policy policy = PolicyOf(
      {{.line = 3,
        .match = {.name = "*", .image = "", .image_digest = "", .engine = "", .labels = {}},
        .rulings = std::move(rulings),
        .reason = "it must"}});
  return ComputeAllowance(container, RuntimeState(), nullptr, policy);
}

ContainerMatch Named(std::string name) {
  return {.name = std::move(name), .image = "", .image_digest = "", .engine = "", .labels = {}};
}

TEST(Allowance, PatternsFitTheWholeText) {
  for (const auto& [pattern, text] : {std::pair{"web", "web"},
                                      {"*", ""},
                                      {"w*b", "wb"},
                                      {"w?b", "web"},
                                      {"*a*b*", "xaxxbx"},
                                      {"**", "x"},
                                      {"*.example/*", "registry.example/shop/web:1.4"},
                                      {"a*a*a", "aaaa"}})
    EXPECT_TRUE(FitsPattern(pattern, text)) << pattern << " " << text;
  for (const auto& [pattern, text] : {std::pair{"web", "web-2"},
                                      {"web", "my-web"},
                                      {"?", ""},
                                      {"", "x"},
                                      {"w?b", "wb"},
                                      {"*a*b", "xbxa"},
                                      {"WEB", "web"}})
    EXPECT_FALSE(FitsPattern(pattern, text)) << pattern << " " << text;
  EXPECT_FALSE(FitsPattern(std::string(200, '*') + "b", std::string(200, 'a'))) << "and at once";
}

TEST(Allowance, AllThatAMatchNamesMustFit) {
  EXPECT_TRUE(Fits(Named("shop-*")));
  EXPECT_FALSE(Fits(Named("shop")));
  ContainerMatch match = {.name = "shop-*",
                          .image = "*/shop/web:*",
                          .image_digest = "sha256:d0*",
                          .engine = "docker",
                          .labels = {{"tier", "f*"}, {"team", "shop"}}};
  EXPECT_TRUE(Fits(match));
  for (std::string ContainerMatch::* part :
       {&ContainerMatch::name, &ContainerMatch::image, &ContainerMatch::image_digest,
        &ContainerMatch::engine}) {
    ContainerMatch other = match;
    other.*part = "other";
    EXPECT_FALSE(Fits(other));
  }
  match.labels.push_back({"absent", "*"});
  EXPECT_FALSE(Fits(match));
}

TEST(Allowance, WhereNoEngineNamesItTheRuntimesIdIsTheName) {
  Container container = Shop();
  container.name.clear();
  EXPECT_TRUE(Fits(Named("4415f1e46cfd"), container));
  EXPECT_FALSE(Fits(Named("4415f1e46cfd"))) << "an engine's name counts over the id";
}

TEST(Allowance, TheFirstClauseThatFitsCountsAlone) {
  const Policy policy = PolicyOf({{.line = 3,
                                   .match = Named("other"),
                                   .rulings = {Say(GrantKind::kDoor, HostObject::kKubelet)},
                                   .reason = ""},
                                  {.line = 6,
                                   .match = Named("shop-*"),
                                   .rulings = {Say(GrantKind::kDoor, HostObject::kEtcd)},
                                   .reason = "why"},
                                  {.line = 9,
                                   .match = Named("*"),
                                   .rulings = {Say(GrantKind::kDoor, HostObject::kDockerSocket)},
                                   .reason = ""}});
  const Admission admission = ComputeAllowance(Shop(), RuntimeState(), nullptr, policy);
  EXPECT_EQ(admission.allowance.objects, Bit(HostObject::kEtcd));
  EXPECT_EQ(admission.posture.clause, "/p:6");
  EXPECT_EQ(admission.posture.reason, "why");
}

TEST(Allowance, EachRulingReachesTheKernelAndThePosture) {
  constexpr unsigned kSysTime = 25;
  const Admission admission =
      Admit({Say(GrantKind::kCapability, kSysTime),
             Say(GrantKind::kDirectory, HostObject::kLogs),
             Say(GrantKind::kDoor, HostObject::kDockerSocket),
             Say(GrantKind::kMode, Invariant::kImage, Mode::kRefuse),
             Say(GrantKind::kSurface, Surface::kBpf, Mode::kOff),
             Say(GrantKind::kWaiver, Invariant::kProcesses),
             {.kind = GrantKind::kDevice, .line = 5, .device = {'c', 10, 229, false}}});
  EXPECT_EQ(admission.allowance.capabilities, 1ULL << kSysTime);
  EXPECT_EQ(admission.allowance.objects, Bit(HostObject::kLogs) | Bit(HostObject::kDockerSocket));
  EXPECT_EQ(admission.allowance.modes,
            (std::vector<InvariantSetting>{{Invariant::kImage, Mode::kRefuse},
                                           {Invariant::kProcesses, Mode::kOff}}));
  EXPECT_EQ(admission.allowance.surface,
            (std::vector<SurfaceSetting>{{Surface::kBpf, Mode::kOff}}));
  EXPECT_EQ(admission.allowance.devices, (std::vector<DeviceRule>{{'c', 10, 229, false}}));
  std::string all;
  for (const Grant& grant : admission.posture.grants) {
    EXPECT_EQ(grant.source, "/p:5");
    all += fmt::format("{} {} {}; ", NameOf(grant.kind), grant.what, grant.loosens);
  }
  EXPECT_EQ(all,
            "capability SYS_TIME true; directory host_logs true; door docker_socket true; "
            "mode I8=refuse false; surface bpf=allow false; waiver I5 true; "
            "device (c 10:229) true; ");
}

TEST(Allowance, APrivilegedContainerThatPolicyAdmitsKeepsFiveInvariants) {
  Container container = Shop();
  const std::vector<Ruling> rulings = {Say(GrantKind::kWaiver, Invariant::kKernel),
                                       Say(GrantKind::kMode, Invariant::kFiles, Mode::kRefuse),
                                       {.kind = GrantKind::kPrivileged, .line = 4}};
  EXPECT_EQ(Admit(rulings, container).allowance.modes.size(), 2U)
      << "one that is not privileged gets nothing by it";
  container.privileged = true;
  std::string off;
  for (const InvariantSetting& setting : Admit(rulings, container).allowance.modes)
    if (setting.mode == Mode::kOff) off += fmt::format("{} ", NameOf(setting.invariant));
  EXPECT_EQ(off, "I2 I3 I4 I8 I9 I11 I6 ") << "I1 has a mode of its own, I6 is waived by name";
}

TEST(Allowance, WaiversAreLoud) {
  const Admission admission = Admit({Say(GrantKind::kWaiver, Invariant::kProcesses),
                                     Say(GrantKind::kDoor, HostObject::kEtcd),
                                     Say(GrantKind::kMode, Invariant::kImage, Mode::kRefuse)});
  const std::vector<Risk> risks = RisksOf(admission.posture);
  ASSERT_EQ(risks.size(), 2U) << "what is stricter than the default is no risk";
  EXPECT_EQ(risks[0].what, "waived");
  EXPECT_EQ(risks[0].severity, Severity::kHigh);
  EXPECT_EQ(risks[0].text, "is not held to I5 (processes), which /p:5 waives: it must");
  EXPECT_EQ(risks[1].text, "is given door etcd by /p:5: it must");
}

TEST(Allowance, AFloodOfDevicesAtTheStartTakesNoRoomFromThePolicys) {
  RuntimeState state;
  for (std::int64_t minor = 0; minor < 1000; ++minor)
    state.rules.push_back({.type = 'c',
                           .major = 240,
                           .minor = minor,
                           .path = {},
                           .permissions = "rw",
                           .allow = true});
  const Policy policy = PolicyOf(
      {{.line = 3,
        .match = Named("*"),
        .rulings = {{.kind = GrantKind::kDevice, .line = 5, .device = {'c', 10, 229, false}}},
        .reason = ""}});
  const Admission admission = ComputeAllowance(Shop(), state, nullptr, policy);
  ASSERT_EQ(admission.allowance.devices.size(), Allowance::kMaxDevices);
  EXPECT_EQ(admission.allowance.devices[0], (DeviceRule{'c', 10, 229, false}));
  EXPECT_EQ(admission.posture.grants[1].source, "its start");
}

TEST(Allowance, OfCrunIsReadFromTheSpecification) {
  RuntimeState state;
  ASSERT_TRUE(ReadSpec(TestData("oci_spec_corpus/podman.json"), state));
  EXPECT_EQ(DevicesOf(Started(state).posture), (std::vector<std::string>{"/dev/kmsg (c 1:11)"}));
}

TEST(Allowance, AUsersOwnEngineMountsTheDevicesItIsAskedFor) {
  RuntimeState state;
  for (const char* path : {"/dev/fuse", "/dev/sda", "/home/x/dev/kvm"})
    state.mounts.push_back(
        {.source = path, .destination = "/dev/x", .filesystem = "bind", .writable = true});
  EXPECT_TRUE(Started(state).allowance.devices.empty()) << "root's engine makes a node";
  state.owner = 1000;
  EXPECT_EQ(DevicesOf(Started(state).posture), (std::vector<std::string>{"/dev/fuse (c 10:229)"}));
}

TEST(Allowance, AUsersOwnEngineFitsOnlyAClauseThatMeansIt) {
  Policy policy;
  policy.path = "/p";
  policy.clauses.push_back(
      {.line = 1,
       .match = Named("web"),
       .rulings = {{.kind = GrantKind::kWaiver,
                    .line = 2,
                    .number = static_cast<std::uint32_t>(Invariant::kProcesses)}},
       .reason = "it must"});
  Container container;
  container.name = "web";
  container.engine = "podman:1000";
  RuntimeState state;
  state.owner = 1000;
  EXPECT_EQ(ComputeAllowance(container, state, nullptr, policy).posture.clause, "");
  policy.clauses[0].match.engine = "podman";
  EXPECT_EQ(ComputeAllowance(container, state, nullptr, policy).posture.clause, "");
  policy.clauses[0].match.engine = "podman:1000";
  EXPECT_EQ(ComputeAllowance(container, state, nullptr, policy).posture.clause, "/p:1");
}

}  // namespace
}  // namespace brig::identity
