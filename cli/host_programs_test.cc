// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/host.h"

namespace brig::cli {
namespace {

// In a process without privilege, whoever runs the test: 0 when nobody is told to change the
// kernel.
int AdviceWithoutPrivilege() {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
    for (const Check& check : CheckPrograms()) {
      if (check.health == Health::kMissing && !check.advice.starts_with("run as root")) ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

TEST(HostPrograms, WithoutPrivilegeTheAdviceIsPrivilege) { EXPECT_EQ(AdviceWithoutPrivilege(), 0); }

}  // namespace
}  // namespace brig::cli
