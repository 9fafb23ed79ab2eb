// SPDX-License-Identifier: Apache-2.0
#include "sensor/probe.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace brig::sensor {

bool HasCompatCalls() {
#if defined(__x86_64__)
  const pid_t child = ::fork();
  if (child < 0) return true;
  if (child == 0) {
    // Without the emulation the interrupt is a protection fault: end quietly by it.
    ::signal(SIGSEGV, SIG_DFL);
    long number = 20;  // getpid of i386
    asm volatile("int $0x80" : "+a"(number) : : "memory", "r8", "r9", "r10", "r11");
    ::_exit(number > 0 ? 0 : 1);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return true;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
#else
  return false;
#endif
}

}  // namespace brig::sensor
