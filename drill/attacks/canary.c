/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Not an attack: the victim on the host's side. Holds a secret at a fixed address, prints its
 * pid, and then its state for every line it reads: the memory, and the limit of open files. It
 * counts SIGUSR1 and ends with its standard input.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "drill/attacks/attack.h"

static volatile sig_atomic_t signals;

static void count(int number) {
  (void)number;
  signals++;
}

int attack_canary(int argc, char** argv) {
  if (argc != 3) return usage("canary ADDRESS SECRET");
  struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
  char* memory = mmap((void*)strtoul(argv[1], NULL, 0), 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory == MAP_FAILED || sigaction(SIGUSR1, &action, NULL) < 0) return refused();
  snprintf(memory, 4096, "%s", argv[2]);
  /* The secret is not left where any process may read it: in the command line. */
  memset(argv[2], 'x', strlen(argv[2]));
  printf("%d\n", getpid());
  fflush(stdout);
  char line[16];
  while (fgets(line, sizeof(line), stdin)) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    printf("%s %d %ld\n", memory, (int)signals, (long)files.rlim_cur);
    fflush(stdout);
  }
  return 0;
}
