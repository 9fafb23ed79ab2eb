/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every act does the same way. It prints one line, "ok" (with what it has
 * read, where it reads something) or "errno=N", and exits with 0, 1 when it was refused, 2 when
 * it was called wrongly. Tests believe an oracle on the host's side and not these words.
 */
#ifndef BRIG_DRILL_ATTACK_H
#define BRIG_DRILL_ATTACK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int done(void) {
  puts("ok");
  return 0;
}

static inline int done_with(const char* proof) {
  printf("ok %s\n", proof);
  return 0;
}

static inline int refused(void) {
  printf("errno=%d\n", errno);
  return 1;
}

static inline int finish(long result) { return result < 0 ? refused() : done(); }

static inline int usage(const char* text) {
  fprintf(stderr, "usage: %s\n", text);
  return 2;
}

/* Does the acts that the words name, "+" between them, up to the first that fails. */
int run_acts(int argc, char** argv);

/* Ends the attack with the first line that the descriptor gives. */
static inline int finish_reading(int fd) {
  char text[256];
  ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
  if (size < 0) return refused();
  text[size] = 0;
  text[strcspn(text, "\n")] = 0;
  return done_with(text);
}

#endif
