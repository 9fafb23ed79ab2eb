/* SPDX-License-Identifier: Apache-2.0 */
/* Joins a namespace of another process and reads a file there, by /proc path or by pidfd. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>

#include "drill/attacks/attack.h"

int attack_setns(int argc, char** argv) {
  if (argc != 4) return usage("setns path /proc/PID/ns/mnt PROBE | setns pidfd PID PROBE");
  int by_pidfd = strcmp(argv[1], "pidfd") == 0;
  int fd = by_pidfd ? (int)syscall(SYS_pidfd_open, atoi(argv[2]), 0)
                    : open(argv[2], O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, by_pidfd ? CLONE_NEWNS : 0) < 0) return refused();
  return finish_reading(open(argv[3], O_RDONLY | O_CLOEXEC));
}
