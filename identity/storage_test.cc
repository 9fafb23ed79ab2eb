// SPDX-License-Identifier: Apache-2.0
#include "identity/storage.h"

#include "identity/test_events.h"

namespace brig::identity {
namespace {

TEST(Storage, TheContainerOfThatIdIsFound) {
  const std::string list = TestData("storage_corpus/podman.json");
  const auto found =
      FindStored(list, "cbd70f6ea82948be7bdc768663f0a55438d44b284a779e5308e0b0c9f28cec52");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, "dev");
  EXPECT_EQ((*found)->image, "localhost/bb:latest");
  EXPECT_TRUE((*found)->image_id.starts_with("cedf59e46983"));
  EXPECT_FALSE((*found)->of_crio);
  const auto absent = FindStored(list, "cbd70f6e");
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent) << "a beginning is not the id";
}

TEST(Storage, APodMakesItCrios) {
  const auto found =
      FindStored(R"([{"id":"x","names":["k8s_nginx_web-0"],)"
                 R"("metadata":"{\"pod-name\":\"web-0\",\"image-name\":\"nginx\"}"}])",
                 "x");
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE((*found)->of_crio);
  EXPECT_EQ((*found)->image, "nginx");
}

TEST(Storage, WhatIsAmissReadsAsNothing) {
  EXPECT_FALSE(FindStored("[", "x"));
  for (const char* list : {"{}", "[]", "[1]", R"([{"id":""}])"}) {
    const auto found = FindStored(list, "");
    ASSERT_TRUE(found) << list;
    EXPECT_FALSE(*found) << list;
  }
  const auto found = FindStored(R"([{"id":"x","names":[],"metadata":"{"}])", "x");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, "");
}

TEST(Storage, TheOneOfABundleIsToldByItsPath) {
  EXPECT_EQ(StorageOf("/var/lib/containers/storage/overlay-containers/abc/userdata", "abc"),
            "/var/lib/containers/storage/overlay-containers");
  EXPECT_EQ(StorageOf("/x/vfs-containers/abc/userdata", "abd"), "");
  EXPECT_EQ(StorageOf("/srv/abc/userdata", "abc"), "");
  EXPECT_EQ(StorageOf("/x/vfs-containers/abc", "abc"), "");
  EXPECT_EQ(StorageOf("/x/vfs-containers//userdata", ""), "");
}

}  // namespace
}  // namespace brig::identity
