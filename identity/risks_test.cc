// SPDX-License-Identifier: Apache-2.0
#include "identity/risks.h"

#include <algorithm>

#include "identity/test_events.h"

namespace brig::identity {
namespace {

BirthDetails Ordinary() {
  return std::get<BirthDetails>(Birth(1, Operation::kContainerStart, Ref(5, 1)).details);
}

std::vector<Risk> RisksOf(const Container& container, const BirthDetails& birth) {
  return FindRisks(container, birth, HostNamespaces());
}

bool Has(const std::vector<Risk>& risks, std::string_view what, std::string_view text,
         Severity severity) {
  return std::any_of(risks.begin(), risks.end(), [&](const Risk& risk) {
    return risk.what == what && risk.text.find(text) != std::string::npos &&
           risk.severity == severity;
  });
}

std::vector<Risk> RisksOfMount(const std::string& source, bool writable,
                               const std::string& destination = "/mnt") {
  Container container;
  container.mounts.push_back({source, destination, "bind", writable});
  return RisksOf(container, Ordinary());
}

TEST(Risks, AnOrdinaryContainerHasNone) {
  Container container;
  const std::string own = "/var/lib/docker/containers/" + std::string(kWebId);
  container.mounts = {{own + "/resolv.conf", "/etc/resolv.conf", "bind", true},
                      {own + "/hosts", "/etc/hosts", "bind", true},
                      {"/var/lib/docker/volumes/data/_data", "/data", "volume", true},
                      {"/srv/shop", "/srv", "bind", true}};
  EXPECT_TRUE(RisksOf(container, Ordinary()).empty());
}

TEST(Risks, EachSharedNamespaceIsTold) {
  BirthDetails birth = Ordinary();
  birth.namespaces = HostNamespaces();
  birth.namespaces.mount = 9;
  const auto risks = RisksOf({}, birth);
  EXPECT_TRUE(Has(risks, "host_pid", "every process of the host", Severity::kHigh));
  EXPECT_TRUE(Has(risks, "host_net", "network", Severity::kHigh));
  EXPECT_TRUE(Has(risks, "host_ipc", "shared memory", Severity::kWarning));
  EXPECT_TRUE(Has(risks, "host_uts", "name", Severity::kNotice));
  EXPECT_EQ(risks.size(), 4U);
}

TEST(Risks, CapabilitiesThatLeadOutAreNamed) {
  BirthDetails birth = Ordinary();
  birth.bounding |= 1ULL << 21 | 1ULL << 16;
  const auto risks = RisksOf({}, birth);
  EXPECT_EQ(risks.size(), 2U);
  EXPECT_TRUE(Has(risks, "capability", "CAP_SYS_ADMIN", Severity::kCritical));
  EXPECT_TRUE(Has(risks, "capability", "CAP_SYS_MODULE", Severity::kCritical));
}

TEST(Risks, CapabilitiesInAnOwnUserNamespaceAreHarmless) {
  BirthDetails birth = Ordinary();
  birth.bounding = ~0ULL;
  birth.namespaces.user = 77;
  EXPECT_TRUE(RisksOf({}, birth).empty());
  birth.seccomp = 0;
  EXPECT_FALSE(IsPrivileged(birth, HostNamespaces()));
}

TEST(Risks, PrivilegedIsWhatTheKernelSawNotAWord) {
  BirthDetails birth = Ordinary();
  EXPECT_FALSE(IsPrivileged(birth, HostNamespaces()));
  birth.bounding = 0x1ffffffffff;
  EXPECT_FALSE(IsPrivileged(birth, HostNamespaces()));
  birth.seccomp = 0;
  EXPECT_TRUE(IsPrivileged(birth, HostNamespaces()));
}

TEST(Risks, MountsOfTheHostAreJudgedByWhatTheyHold) {
  EXPECT_TRUE(Has(RisksOfMount("/", true), "mount", "whole file system", Severity::kCritical));
  EXPECT_TRUE(Has(RisksOfMount("/", false), "mount", "read-only", Severity::kHigh));
  EXPECT_TRUE(Has(RisksOfMount("/etc/", true), "mount", "accounts", Severity::kCritical));
  EXPECT_TRUE(Has(RisksOfMount("/etc/cron.d", true), "mount", "/etc/cron.d", Severity::kCritical));
  EXPECT_TRUE(Has(RisksOfMount("/var/run/docker.sock", false), "mount", "root on the host",
                  Severity::kCritical));
  EXPECT_TRUE(Has(RisksOfMount("/opt/x/docker.sock", false), "mount", "root on the host",
                  Severity::kCritical));
  EXPECT_TRUE(Has(RisksOfMount("/var", true), "mount", "", Severity::kCritical));
  EXPECT_TRUE(Has(RisksOfMount("/proc", false), "mount", "switches", Severity::kHigh));
  EXPECT_TRUE(Has(RisksOfMount("/dev", true), "mount", "devices", Severity::kCritical));
  EXPECT_TRUE(
      Has(RisksOfMount("/var/lib/docker/overlay2", true), "mount", "images", Severity::kCritical));
}

TEST(Risks, ANeighbourOfAGuardedPathIsNotIt) {
  EXPECT_TRUE(RisksOfMount("/etcetera", true).empty());
  EXPECT_TRUE(RisksOfMount("/opt/etc", true).empty());
}

TEST(Risks, AVolumeNamedToLookHarmlessIsOnlySparedAsAVolume) {
  EXPECT_FALSE(RisksOfMount("/etc/containers/hosts", true).empty());
}

TEST(Risks, TheWorstComesFirst) {
  BirthDetails birth = Ordinary();
  birth.seccomp = 0;
  Container container;
  container.devices = {"/dev/sda (b 8:0)", "/dev/fuse (c 10:229)"};
  const auto risks = RisksOf(container, birth);
  ASSERT_EQ(risks.size(), 3U);
  EXPECT_EQ(risks[0].text, "may use the host's device /dev/sda (b 8:0)");
  EXPECT_TRUE(Has(risks, "seccomp", "no seccomp filter", Severity::kWarning));
}

}  // namespace
}  // namespace brig::identity
