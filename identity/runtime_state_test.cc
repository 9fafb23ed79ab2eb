// SPDX-License-Identifier: Apache-2.0
#include "identity/runtime_state.h"

#include "identity/test_events.h"

namespace brig::identity {
namespace {

TEST(RuntimeState, ARealStateIsReadWhole) {
  const auto state = ParseRuntimeState(TestData("runtime_state_corpus/web.json"), "");
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->id, kWebId);
  EXPECT_EQ(state->init_pid, 29170);
  EXPECT_EQ(state->init_start_ticks, 193432U);
  EXPECT_EQ(state->cgroup, "/docker/" + state->id);
  EXPECT_TRUE(state->rootfs.starts_with("/var/lib/docker/overlay2/"));
  EXPECT_TRUE(state->bundle.ends_with(state->id));
  EXPECT_TRUE(state->seccomp);
  EXPECT_FALSE(state->no_new_privileges);
  EXPECT_EQ(state->capabilities.size(), 14U);
}

TEST(RuntimeState, AnnotationsAreReadApartFromTheBundle) {
  const auto state = ParseRuntimeState(TestData("runtime_state_corpus/podman.json"), "");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->runtime, "runc");
  EXPECT_EQ(state->annotations.size(), 8U);
  EXPECT_EQ(AnnotationOf(*state, "io.container.manager"), "libpod");
  EXPECT_EQ(AnnotationOf(*state, "absent"), "");
  EXPECT_TRUE(state->bundle.ends_with("/" + state->id + "/userdata"));
}

TEST(RuntimeState, OfCrunIsNamedByItsDirectory) {
  const auto state =
      ParseRuntimeState(TestData("runtime_state_corpus/crun.json"), "/run/crun/cbd70/status");
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->runtime, "crun");
  EXPECT_EQ(state->id, "cbd70");
  EXPECT_EQ(state->init_pid, 21032);
  EXPECT_EQ(state->init_start_ticks, 2658530U);
  EXPECT_TRUE(state->cgroup.starts_with("/libpod_parent/libpod-cbd70"));
  EXPECT_TRUE(state->bundle.ends_with("/userdata"));
  EXPECT_TRUE(state->rootfs.starts_with("/var/lib/containers/storage/overlay/"));
  EXPECT_FALSE(ParseRuntimeState(TestData("runtime_state_corpus/crun.json"), "/status"))
      << "no directory, no id";
}

TEST(RuntimeState, OnlyBindMountsCount) {
  const auto state = ParseRuntimeState(TestData("runtime_state_corpus/admin.json"), "");
  ASSERT_TRUE(state);
  ASSERT_EQ(state->mounts.size(), 6U);
  EXPECT_EQ(state->mounts[0].source, "/");
  EXPECT_TRUE(state->mounts[0].writable);
  EXPECT_EQ(state->mounts[5].source, "/run/docker.sock");
  EXPECT_FALSE(state->mounts[5].writable);
  EXPECT_FALSE(state->seccomp);
}

TEST(RuntimeState, AStateWithoutAFirstProcessIsRefused) {
  for (const std::string_view json :
       {R"({})", R"([])", R"({"id":"x"})", R"({"id":"x","init_process_pid":0})",
        R"({"id":"x","init_process_pid":5,"init_process_start":0})",
        R"({"id":"","init_process_pid":5,"init_process_start":9})",
        R"({"id":"x","init_process_pid":"5","init_process_start":9})",
        R"({"pid":5,"process-start-time":0})", R"({"pid":"5","process-start-time":9})",
        R"({"process-start-time":9})"})
    EXPECT_FALSE(ParseRuntimeState(json, "/run/x/status")) << json;
}

TEST(RuntimeState, StartTimesAreComparedToATick) {
  RuntimeState state;
  state.init_pid = 7;
  state.init_start_ticks = 100;
  constexpr std::uint64_t kTick = 10'000'000;
  EXPECT_TRUE(SameProcess(state, Ref(7, 1, "x", 100 * kTick)));
  EXPECT_TRUE(SameProcess(state, Ref(7, 1, "x", 101 * kTick + kTick - 1)));
  EXPECT_TRUE(SameProcess(state, Ref(7, 1, "x", 99 * kTick)));
  EXPECT_FALSE(SameProcess(state, Ref(7, 1, "x", 102 * kTick)));
  EXPECT_FALSE(SameProcess(state, Ref(7, 1, "x", 99 * kTick - 1)));
  EXPECT_FALSE(SameProcess(state, Ref(8, 1, "x", 100 * kTick)));
}

}  // namespace
}  // namespace brig::identity
