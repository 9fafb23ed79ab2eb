/* SPDX-License-Identifier: Apache-2.0 */
/* Makes new namespaces: by unshare, or for a child by clone and clone3. */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

#include "drill/attacks/attack.h"

static long flags_of(const char* names) {
  long flags = 0;
  flags |= strstr(names, "user") ? CLONE_NEWUSER : 0;
  flags |= strstr(names, "mount") ? CLONE_NEWNS : 0;
  flags |= strstr(names, "pid") ? CLONE_NEWPID : 0;
  flags |= strstr(names, "net") ? CLONE_NEWNET : 0;
  return flags;
}

int attack_unshare(int argc, char** argv) {
  long flags = argc == 3 ? flags_of(argv[2]) : 0;
  if (flags == 0) return usage("unshare unshare|clone|clone3 user,mount,pid,net");
  if (strcmp(argv[1], "unshare") == 0) return finish(unshare((int)flags));
  struct clone_args arguments = {.flags = (uint64_t)flags, .exit_signal = SIGCHLD};
  long child = strcmp(argv[1], "clone3") == 0
                   ? syscall(SYS_clone3, &arguments, sizeof(arguments))
                   : syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0);
  if (child == 0) _exit(0);
  if (child > 0) wait(NULL);
  return finish(child);
}
