/* SPDX-License-Identifier: Apache-2.0 */
/* Reads or changes the memory of a process as a file: /proc/PID/mem. */
#define _GNU_SOURCE
#include <fcntl.h>

#include "drill/attacks/attack.h"

int attack_memory_file(int argc, char** argv) {
  if (argc < 4) return usage("memory_file read PID ADDRESS | write PID ADDRESS TEXT");
  char path[64], text[65] = {0};
  snprintf(path, sizeof(path), "/proc/%s/mem", argv[2]);
  off_t address = (off_t)strtoul(argv[3], NULL, 0);
  int writes = argc == 5 && strcmp(argv[1], "write") == 0;
  int fd = open(path, (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  if (fd < 0) return refused();
  if (writes) return finish(pwrite(fd, argv[4], strlen(argv[4]), address));
  if (pread(fd, text, sizeof(text) - 1, address) < 0) return refused();
  return done_with(text);
}
