/* SPDX-License-Identifier: Apache-2.0 */
/* Reads or changes the memory of a foreign process without stopping it. */
#define _GNU_SOURCE
#include <sys/uio.h>

#include "drill/attacks/attack.h"

int attack_process_vm(int argc, char** argv) {
  if (argc < 4) return usage("process_vm read PID ADDRESS | write PID ADDRESS TEXT");
  pid_t pid = (pid_t)atoi(argv[2]);
  void* address = (void*)strtoul(argv[3], NULL, 0);
  if (strcmp(argv[1], "write") == 0 && argc == 5) {
    struct iovec mine = {argv[4], strlen(argv[4])}, theirs = {address, strlen(argv[4])};
    return finish(process_vm_writev(pid, &mine, 1, &theirs, 1, 0));
  }
  char text[65] = {0};
  struct iovec mine = {text, sizeof(text) - 1}, theirs = {address, sizeof(text) - 1};
  if (process_vm_readv(pid, &mine, 1, &theirs, 1, 0) < 0) return refused();
  text[strcspn(text, "\n")] = 0;
  return done_with(text);
}
