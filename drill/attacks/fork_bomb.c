/* SPDX-License-Identifier: Apache-2.0 */
/* Starts a given number of processes as fast as it can and prints how many there really were. */
#include <sys/wait.h>

#include "drill/attacks/attack.h"

int attack_fork_bomb(int argc, char** argv) {
  if (argc != 2) return usage("fork_bomb COUNT");
  long started = 0;
  for (long wanted = atol(argv[1]); started < wanted; started++) {
    pid_t child = fork();
    if (child < 0) break;
    if (child == 0) _exit(0);
    /* Not more than a hundred alive: the bound that keeps the host usable. */
    if (started >= 100) wait(NULL);
  }
  while (wait(NULL) > 0) continue;
  printf("ok %ld\n", started);
  return started == atol(argv[1]) ? 0 : 1;
}
