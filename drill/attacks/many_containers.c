/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts containers as fast as it can, by hand and without a runtime: each has namespaces and a
 * root directory of its own, executes /bin/true there and is gone. Prints how many there were.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "drill/attacks/attack.h"

#define TOGETHER 8 /* how many live at a time */

static int contain(const char* root) {
  const int namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC;
  if (unshare(namespaces) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount(root, root, NULL, MS_BIND, NULL) < 0 || chdir(root) < 0 ||
      syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
    return 1;
  pid_t first = fork();
  if (first == 0) {
    execl("/bin/true", "true", (char*)NULL);
    _exit(1);
  }
  int status = -1;
  waitpid(first, &status, 0);
  return status != 0;
}

int attack_many_containers(int argc, char** argv) {
  if (argc != 3) return usage("many_containers COUNT ROOT");
  long wanted = atol(argv[1]), worked = 0;
  int status;
  for (long started = 0; started < wanted; started++) {
    pid_t child = fork();
    if (child < 0) break;
    if (child == 0) _exit(contain(argv[2]));
    if (started >= TOGETHER && wait(&status) > 0) worked += status == 0;
  }
  while (wait(&status) > 0) worked += status == 0;
  printf("ok %ld\n", worked);
  return worked == wanted ? 0 : 1;
}
