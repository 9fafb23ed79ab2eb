/* SPDX-License-Identifier: Apache-2.0 */
/* What reads the kernel, sets its clock or hooks into it: one call each, by several roads. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

#include "drill/attacks/attack.h"

enum { kHour = 3600 };

static int tell_line(const char* text, const char* wanted) {
  const char* found = strstr(text, wanted);
  if (found == NULL) {
    errno = ENODATA;
    return refused();
  }
  printf("ok %.*s\n", (int)strcspn(found, "\n"), found);
  return 0;
}

/* The line of the kernel's log that has the word. */
static int read_log(const char* wanted) {
  static char text[1 << 20];
  return klogctl(3, text, sizeof(text) - 1) < 0 ? refused() : tell_line(text, wanted);
}

/* The same from a device that gives a record at a time. */
static int read_log_device(const char* path, const char* wanted) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return refused();
  char text[8192];
  ssize_t size;
  while ((size = read(fd, text, sizeof(text) - 1)) > 0 || errno == EPIPE) {
    text[size > 0 ? size : 0] = 0;
    if (strstr(text, wanted) != NULL) return tell_line(text, wanted);
  }
  return refused();
}

static int watch(const char* what) {
  struct perf_event_attr attributes = {
      .type = PERF_TYPE_SOFTWARE, .size = sizeof(attributes), .config = PERF_COUNT_SW_CPU_CLOCK};
  if (strcmp(what, "cpu") == 0)
    return finish(syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC));
  /* The lowest numbers are no ordinary events, and which others there are differs. */
  attributes.type = PERF_TYPE_TRACEPOINT;
  long fd = -1;
  for (attributes.config = 20; fd < 0 && attributes.config < 1000; attributes.config++)
    fd = syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  return finish(fd);
}

static int set_clock(const char* road) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  now.tv_sec += kHour;
  if (strcmp(road, "set") == 0) return finish(clock_settime(CLOCK_REALTIME, &now));
  if (strcmp(road, "day") == 0) {
    const struct timeval day = {now.tv_sec, 0};
    return finish(settimeofday(&day, NULL));
  }
  struct timex change = {.modes = ADJ_SETOFFSET, .time = {kHour, 0}};
  return finish(clock_adjtime(CLOCK_REALTIME, &change));
}

static int set_secure_key(int on) {
  return finish(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
                        on ? LINUX_REBOOT_CMD_CAD_ON : LINUX_REBOOT_CMD_CAD_OFF, NULL));
}

int attack_kernel(int argc, char** argv) {
  const char* act = argc > 1 ? argv[1] : "";
  if (argc == 3 && strcmp(act, "log") == 0) return read_log(argv[2]);
  if (argc == 4 && strcmp(act, "log_device") == 0) return read_log_device(argv[2], argv[3]);
  if (argc == 3 && strcmp(act, "perf") == 0) return watch(argv[2]);
  if (argc == 3 && strcmp(act, "clock") == 0) return set_clock(argv[2]);
  if (argc == 3 && strcmp(act, "key") == 0) return set_secure_key(atoi(argv[2]));
  return usage(
      "kernel log WORD | log_device PATH WORD | perf cpu|tracepoint | clock set|day|adjust | key "
      "0|1");
}
