// SPDX-License-Identifier: Apache-2.0
#include "agent/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "agent/control.h"

namespace brig::agent {
namespace {

// Between fork and exec: nothing that allocates or returns.
[[noreturn]] void BecomeChild(int program, const char* role, int control) {
  ::setsid();  // a Ctrl-C in the terminal is for the warden alone
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::dup2(control, kControlFd) != kControlFd) ::_exit(127);
  ::fcntl(kControlFd, F_SETFD, 0);  // dup2 onto itself leaves close-on-exec as it was
  // The exec closes the rest, `program` among them: it has to be open for the exec itself.
  ::syscall(SYS_close_range, kControlFd + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  char name[] = "brigd";
  char flag[] = "--role";
  char value[16] = {};
  std::strncpy(value, role, sizeof value - 1);
  char* const arguments[] = {name, flag, value, nullptr};
  char* const environment[] = {nullptr};
  ::syscall(SYS_execveat, program, "", arguments, environment, AT_EMPTY_PATH);
  ::_exit(127);
}

}  // namespace

Result<Spawned> Spawn(int program, Role role, int control) {
  const pid_t pid = ::fork();
  if (pid < 0) return FailErrno(fmt::format("start {}", NameOf(role)));
  if (pid == 0) BecomeChild(program, NameOf(role).data(), control);
  // Not yet reaped, so the number cannot be another process's.
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    const auto error = FailErrno(fmt::format("hold {}", NameOf(role)));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return error;
  }
  return Spawned{pid, std::move(pidfd)};
}

Result<std::string> Reap(int pidfd) {
  siginfo_t info{};
  if (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd), &info,
               WEXITED | WNOHANG) != 0)
    return FailErrno("wait for a process");
  if (info.si_pid == 0) return Fail(ErrorCode::kUnavailable, "the process still runs");
  if (info.si_code == CLD_EXITED) return fmt::format("exited with code {}", info.si_status);
  return fmt::format("was killed by signal {} ({})", info.si_status, ::strsignal(info.si_status));
}

}  // namespace brig::agent
