/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives itself and a child names that hurt careless readers: line ends, terminal escapes, quotes
 * and bytes that are no UTF-8, as thread name, as program path and as arguments.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "drill/attacks/attack.h"

static const char odd[] = "a\n\x1b[31m\"\\\xff\xfe\x80";

/* The child's act: its name and arguments are what matters. */
int attack_child(int argc, char** argv) {
  (void)argv;
  return argc == 2 ? 0 : usage("child NAME");
}

int attack_odd_names(int argc, char** argv) {
  if (argc != 2) return usage("odd_names DIRECTORY");
  prctl(PR_SET_NAME, odd);
  char path[256];
  snprintf(path, sizeof(path), "%s/%s", argv[1], odd);
  unlink(path);
  if (symlink("/proc/self/exe", path) < 0) return refused();
  pid_t child = fork();
  if (child == 0) {
    execl(path, odd, "child", odd, (char*)NULL);
    _exit(1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  /* A file of that name is opened too; it stays for the test to find. */
  unlink(path);
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return refused();
  if (status != 0) {
    errno = ENOEXEC;
    return refused();
  }
  return done();
}
