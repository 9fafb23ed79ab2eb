/* SPDX-License-Identifier: Apache-2.0 */
/* Lowers the limit of open files of a foreign process. */
#define _GNU_SOURCE
#include <sys/resource.h>

#include "drill/attacks/attack.h"

int attack_prlimit(int argc, char** argv) {
  if (argc != 3) return usage("prlimit PID OPEN-FILES");
  struct rlimit limit = {(rlim_t)atol(argv[2]), (rlim_t)atol(argv[2])};
  return finish(prlimit((pid_t)atoi(argv[1]), RLIMIT_NOFILE, &limit, NULL));
}
