// SPDX-License-Identifier: Apache-2.0
#include "agent/settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"

namespace brig::agent {
namespace {

Mode ModeIn(const Options& options, Invariant invariant) {
  return options.modes.at(static_cast<std::size_t>(invariant));
}
Mode ModeIn(const Options& options, Surface surface) {
  return options.surface.at(static_cast<std::size_t>(surface));
}

TEST(Settings, AModeIsSetForOneInvariantOrForAll) {
  Options options;
  ASSERT_TRUE(SetMode(options, "all=refuse"));
  ASSERT_TRUE(SetMode(options, "I5=kill"));
  EXPECT_EQ(ModeIn(options, Invariant::kFiles), Mode::kRefuse);
  EXPECT_EQ(ModeIn(options, Invariant::kStarts), Mode::kRefuse);
  EXPECT_EQ(ModeIn(options, Invariant::kProcesses), Mode::kKill);
  for (const char* wrong : {"", "I1", "I1=", "=kill", "I99=kill", "I1=refuze", "all=allow"})
    EXPECT_FALSE(SetMode(options, wrong)) << wrong;
}

TEST(Settings, ASurfaceIsAllowedWatchedOrRefused) {
  Options options;
  EXPECT_EQ(ModeIn(options, Surface::kVsockSockets), Mode::kRefuse);
  EXPECT_EQ(ModeIn(options, Surface::kKeySockets), Mode::kRefuse);
  EXPECT_EQ(ModeIn(options, Surface::kIoUring), Mode::kOff);
  ASSERT_TRUE(SetSurface(options, "vsock_sockets=allow"));
  ASSERT_TRUE(SetSurface(options, "io_uring=refuse"));
  EXPECT_EQ(ModeIn(options, Surface::kVsockSockets), Mode::kOff);
  EXPECT_EQ(ModeIn(options, Surface::kIoUring), Mode::kRefuse);
  for (const char* wrong : {"", "io_uring", "io_uring=", "none=refuse", "io_uring=kill",
                            "io_uring=off", "iouring=refuse"})
    EXPECT_FALSE(SetSurface(options, wrong)) << wrong;
}

TEST(Settings, ThePolicySpeaksBeforeTheFlags) {
  if (::geteuid() != 0) GTEST_SKIP() << "a policy that counts belongs to root";
  std::string directory = ::testing::TempDir() + "/settingsXXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const std::string path = directory + "/brig.yaml";
  ASSERT_TRUE(ReplaceFile(path,
                          "modes: {I1: refuse, I2: kill}\nsurface: {bpf: refuse}\n"
                          "runtimes: [/opt/runc]\n",
                          0644));
  Options options;
  ASSERT_TRUE(AddRuntime(options, "/usr/bin/mine"));
  ASSERT_TRUE(TakePolicy(options, path));
  ASSERT_TRUE(SetMode(options, "I2=watch"));
  EXPECT_EQ(ModeIn(options, Invariant::kFiles), Mode::kRefuse);
  EXPECT_EQ(ModeIn(options, Invariant::kDevices), Mode::kWatch);
  EXPECT_EQ(ModeIn(options, Surface::kBpf), Mode::kRefuse);
  EXPECT_EQ(ModeIn(options, Surface::kKeySockets), Mode::kRefuse) << "the default goes on";
  EXPECT_EQ(options.runtimes, (std::vector<ProgramFile>{{"/usr/bin/mine", ""}, {"/opt/runc", ""}}));
  EXPECT_FALSE(AddRuntime(options, "runc"));
  EXPECT_EQ(options.policy.path, path);
  const auto missing = TakePolicy(options, directory + "/none");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("leave --policy out"), std::string::npos);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace brig::agent
