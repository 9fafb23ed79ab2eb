// SPDX-License-Identifier: Apache-2.0
#include "identity/proc_text.h"

#include <algorithm>

#include "identity/test_events.h"

namespace brig::identity {
namespace {

TEST(Cgroup, TheUnifiedHierarchyComesFirst) {
  EXPECT_EQ(ParseCgroup(TestData("proc_text_corpus/web.cgroup")), "/docker/" + std::string(kWebId));
  EXPECT_EQ(ParseCgroup("5:devices:/a\n1:name=systemd:/b\n0::/c\n"), "/c");
  EXPECT_EQ(ParseCgroup("5:devices:/a\n1:name=systemd:/b\n0::/\n"), "/b");
  EXPECT_EQ(ParseCgroup("5:devices:/a\n"), "/a");
  EXPECT_EQ(ParseCgroup("0::/\n"), "/");
  EXPECT_EQ(ParseCgroup("rubbish\n:::\n"), "");
}

TEST(Cgroup, TheLastIdInAPathIsTheClaim) {
  const std::string id(kWebId);
  EXPECT_EQ(IdInCgroup("/docker/" + id), id);
  EXPECT_EQ(IdInCgroup("/system.slice/docker-" + id + ".scope"), id);
  EXPECT_EQ(IdInCgroup("/docker/" + std::string(64, 'a') + "/" + id), id);
  EXPECT_EQ(IdInCgroup("/docker/" + id + "0"), "");
  EXPECT_EQ(IdInCgroup("/user.slice"), "");
}

TEST(MountInfo, ARealTableIsRead) {
  const auto mounts = ParseMountInfo(TestData("proc_text_corpus/web.mountinfo"));
  ASSERT_GT(mounts.size(), 20U);
  EXPECT_EQ(mounts[0].destination, "/");
  EXPECT_EQ(mounts[0].filesystem, "overlay");
  const auto data = std::find_if(mounts.begin(), mounts.end(),
                                 [](const MountInfo& m) { return m.destination == "/data"; });
  ASSERT_NE(data, mounts.end());
  EXPECT_EQ(data->source, "/srv/data");
  EXPECT_TRUE(data->writable);
  const auto sys = std::find_if(mounts.begin(), mounts.end(),
                                [](const MountInfo& m) { return m.destination == "/sys"; });
  ASSERT_NE(sys, mounts.end());
  EXPECT_FALSE(sys->writable);
}

TEST(MountInfo, EscapedBytesComeBack) {
  const auto mounts = ParseMountInfo("1 0 8:1 /a\\040b /c\\011d\\134 ro - ext4 /dev/x rw\n");
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].source, "/a b");
  EXPECT_EQ(mounts[0].destination, "/c\td\\");
}

TEST(MountInfo, BrokenLinesAreSkipped) {
  EXPECT_TRUE(ParseMountInfo("1 0 8:1 /a\n\n - - -\n1 0 8:1 / / rw shared:1\n").empty());
}

TEST(Users, NamesAreFoundByNumber) {
  const auto users = ParseUsers(TestData("proc_text_corpus/passwd") + "bad\n:x:5:\nx:x:notnum:\n");
  ASSERT_EQ(users.size(), 4U);
  EXPECT_EQ(users[2].name, "alice");
  EXPECT_EQ(users[2].uid, 1000U);
}

TEST(ProcText, AUserMapTellsWhichUsersOfTheHostAreInside) {
  const auto map = ParseUserMap(TestData("proc_text_corpus/rootless.uid_map"));
  ASSERT_EQ(map.size(), 2U);
  EXPECT_TRUE(HasUser(map, 1000));
  EXPECT_TRUE(HasUser(map, 100000));
  EXPECT_TRUE(HasUser(map, 165535));
  for (const std::uint32_t outside : {0U, 999U, 1001U, 99999U, 165536U})
    EXPECT_FALSE(HasUser(map, outside)) << outside;
  EXPECT_TRUE(HasUser(ParseUserMap("0 0 4294967295\n"), 0));
  EXPECT_TRUE(ParseUserMap("0 0\nx 1 2\n0 5 0\n0 4294967296 1\n").empty());
}

}  // namespace
}  // namespace brig::identity
