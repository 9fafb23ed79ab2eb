// SPDX-License-Identifier: Apache-2.0
#include "identity/oci_spec.h"

#include <algorithm>

#include "identity/test_events.h"

namespace brig::identity {
namespace {

TEST(OciSpec, ARealOneIsReadWhole) {
  RuntimeState state;
  const auto read = ReadSpec(TestData("oci_spec_corpus/podman.json"), state);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(state.seccomp);
  EXPECT_FALSE(state.no_new_privileges);
  EXPECT_EQ(state.capabilities.size(), 14U);
  EXPECT_EQ(AnnotationOf(state, "io.container.manager"), "libpod");
  const auto data = std::ranges::find(state.mounts, "/data", &MountInfo::destination);
  ASSERT_NE(data, state.mounts.end());
  EXPECT_EQ(data->source, "/srv/data");
  EXPECT_FALSE(data->writable);
  for (const MountInfo& mount : state.mounts)
    EXPECT_TRUE(mount.source.starts_with('/')) << "only what came from the host: " << mount.source;
  ASSERT_EQ(state.nodes.size(), 1U);
  EXPECT_EQ(state.nodes[0].path, "/dev/kmsg");
  EXPECT_EQ(state.nodes[0].type, 'c');
  ASSERT_EQ(state.rules.size(), 2U);
  EXPECT_EQ(state.rules[0].type, 'a');
  EXPECT_FALSE(state.rules[0].allow);
  EXPECT_EQ(state.rules[1].major, 1);
  EXPECT_EQ(state.rules[1].minor, 11);
  EXPECT_TRUE(state.rules[1].allow);
}

TEST(OciSpec, ARuleWithoutTypeOrNumberIsForAll) {
  RuntimeState state;
  ASSERT_TRUE(ReadSpec(R"({"linux":{"resources":{"devices":[{"allow":true},
                          {"allow":true,"type":"b","access":"r"}]}}})",
                       state));
  ASSERT_EQ(state.rules.size(), 2U);
  EXPECT_EQ(state.rules[0].type, 'a');
  EXPECT_EQ(state.rules[0].permissions, "rwm");
  EXPECT_EQ(state.rules[1].type, 'b');
  EXPECT_EQ(state.rules[1].major, -1);
  EXPECT_EQ(state.rules[1].permissions, "r");
}

TEST(OciSpec, AMountIsBoundByItsTypeOrAnOption) {
  RuntimeState state;
  ASSERT_TRUE(ReadSpec(R"({"mounts":[
      {"source":"/a","destination":"/x","type":"bind"},
      {"source":"/b","destination":"/y","options":["rbind","ro"]},
      {"source":"tmpfs","destination":"/z","type":"tmpfs","options":["ro"]}]})",
                       state));
  ASSERT_EQ(state.mounts.size(), 2U);
  EXPECT_TRUE(state.mounts[0].writable);
  EXPECT_FALSE(state.mounts[1].writable);
}

TEST(OciSpec, WhatIsNoJsonIsRefusedAndOtherTypesReadAsNothing) {
  RuntimeState state;
  EXPECT_FALSE(ReadSpec("{", state));
  EXPECT_TRUE(ReadSpec(R"({"mounts":{},"linux":[],"process":"x","annotations":[1]})", state));
  EXPECT_TRUE(state.mounts.empty() && state.rules.empty() && state.annotations.empty());
}

}  // namespace
}  // namespace brig::identity
