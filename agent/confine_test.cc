// SPDX-License-Identifier: Apache-2.0
// Each test confines a child process and looks at what is left to it.
#include "agent/confine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace brig::agent {
namespace {

// The wait status of a process that does `work` and exits with its answer.
int StatusOf(const std::function<bool()>& work) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(work() ? 0 : 1);
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return status;
}

class Confine : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "not root: run the tests with sudo";
  }
};

TEST_F(Confine, ADroppedProcessIsTheUserWithoutCapabilitiesForGood) {
  EXPECT_EQ(StatusOf([] {
              if (!DropPrivileges({.user = 65534, .group = 65534})) return false;
              const auto has = PermittedCapabilities();
              return has && *has == 0 && ::getuid() == 65534 && ::setuid(0) != 0 &&
                     ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
                     ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                     ::prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 0;
            }),
            0);
}

TEST_F(Confine, AKeptCapabilityIsTheOnlyOne) {
  EXPECT_EQ(StatusOf([] {
              const std::uint64_t kept = CapabilityBit(CAP_DAC_READ_SEARCH);
              if (!DropPrivileges({.capabilities = kept})) return false;
              return PermittedCapabilities() == kept;
            }),
            0);
}

TEST_F(Confine, ARootDirectoryIsAllThatCanBeReached) {
  EXPECT_EQ(StatusOf([] {
              if (!DropPrivileges({.root = "/proc"})) return false;
              return ::open("/self/status", O_RDONLY) >= 0 && ::open("/etc/passwd", O_RDONLY) < 0 &&
                     ::chroot("/self") != 0;
            }),
            0);
}

TEST_F(Confine, OtherHandlesAreClosed) {
  EXPECT_EQ(StatusOf([] {
              const int kept = ::open("/dev/null", O_RDONLY);
              const int other = ::open("/dev/null", O_RDONLY);
              if (!CloseOtherHandles({kept, -1})) return false;
              return ::fcntl(kept, F_GETFD) >= 0 && ::fcntl(other, F_GETFD) < 0;
            }),
            0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(Confine, ACallOutsideTheListEndsTheProcess) {
  const int status = StatusOf([] {
    if (!DropPrivileges({}) || !AllowSystemCalls({})) return false;
    return ::socket(AF_INET, SOCK_STREAM, 0) >= 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

TEST_F(Confine, AListedCallWorks) {
  EXPECT_EQ(StatusOf([] {
              constexpr std::string_view kCalls[] = {"openat"};
              if (!DropPrivileges({}) || !AllowSystemCalls(kCalls)) return false;
              return ::open("/dev/null", O_RDONLY) >= 0;
            }),
            0);
}
#endif

}  // namespace
}  // namespace brig::agent
