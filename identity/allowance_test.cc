// SPDX-License-Identifier: Apache-2.0
#include "identity/allowance.h"

#include "identity/test_events.h"

namespace brig::identity {
namespace {

RuntimeState State(const std::string& name) {
  auto state = ParseRuntimeState(TestData("runtime_state_corpus/" + name + ".json"));
  EXPECT_TRUE(state);
  return state ? *std::move(state) : RuntimeState();
}

TEST(Allowance, AnOrdinaryContainerNeedsNone) {
  EXPECT_TRUE(ComputeAllowance(1, State("web"), nullptr).devices.empty());
}

TEST(Allowance, NamedDevicesAndRulesAreAllowed) {
  const RuntimeState state = State("admin");
  const Allowance allowance = ComputeAllowance(7, state, nullptr);
  EXPECT_EQ(allowance.container, 7U);
  EXPECT_EQ(DescribeDevices(allowance, state),
            (std::vector<std::string>{"/dev/fuse (c 10:229)", "(c 188:any)"}));
}

TEST(Allowance, AWildcardAllowsNothing) {
  EXPECT_TRUE(ComputeAllowance(1, State("wild"), nullptr).devices.empty());
}

TEST(Allowance, OfAPrivilegedContainerOnlyDevicesAskedForByNameAreAllowed) {
  const RuntimeState state = State("wild");
  DockerContainer docker;
  docker.privileged = true;
  docker.devices = {"/dev/fuse"};
  EXPECT_EQ(DescribeDevices(ComputeAllowance(1, state, &docker), state),
            (std::vector<std::string>{"/dev/fuse (c 10:229)"}));
}

TEST(Allowance, AWildcardForOneKindOfDeviceIsAWildcardToo) {
  RuntimeState state;
  state.rules.push_back(
      {.type = 'b', .major = -1, .minor = -1, .path = {}, .permissions = "rw", .allow = true});
  state.nodes.push_back(
      {.type = 'b', .major = 8, .minor = 0, .path = "/dev/sda", .permissions = {}, .allow = false});
  EXPECT_TRUE(ComputeAllowance(1, state, nullptr).devices.empty());
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
  EXPECT_TRUE(ComputeAllowance(1, state, nullptr).devices.empty());
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
  EXPECT_EQ(ComputeAllowance(1, state, nullptr).devices.size(), Allowance::kMaxDevices);
}

}  // namespace
}  // namespace brig::identity
