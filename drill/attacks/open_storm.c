/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a file a given number of times as fast as it can and prints how many opens succeeded. */
#include <fcntl.h>

#include "drill/attacks/attack.h"

int attack_open_storm(int argc, char** argv) {
  if (argc != 3) return usage("open_storm PATH COUNT");
  long opened = 0;
  for (long i = 0, wanted = atol(argv[2]); i < wanted; i++) {
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    opened++;
    close(fd);
  }
  printf("ok %ld\n", opened);
  return opened == atol(argv[2]) ? 0 : 1;
}
