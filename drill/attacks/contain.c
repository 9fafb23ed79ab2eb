/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container by hand, without a runtime: new namespaces by one of several calls, another root,
 * then this program again from there, which holds until its input ends.
 */
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "drill/attacks/attack.h"

static int enter(const char* root, int by_chroot) {
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount(root, root, NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(root) < 0)
    return refused();
  if (by_chroot ? chroot(".") < 0
                : syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
    return refused();
  execl("/bin/attack", "attack", "hold", (char*)NULL);
  return refused();
}

int attack_contain(int argc, char** argv) {
  if (argc != 3) return usage("contain unshare|clone|clone3|chroot ROOT");
  const int flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;
  int by_chroot = strcmp(argv[1], "chroot") == 0;
  if (by_chroot || strcmp(argv[1], "unshare") == 0)
    return unshare(flags) < 0 ? refused() : enter(argv[2], by_chroot);
  struct clone_args arguments = {.flags = (uint64_t)flags, .exit_signal = SIGCHLD};
  long child = strcmp(argv[1], "clone3") == 0
                   ? syscall(SYS_clone3, &arguments, sizeof(arguments))
                   : syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0);
  if (child == 0) _exit(enter(argv[2], 0));
  int status = 1 << 8;
  if (child < 0) return refused();
  waitpid((pid_t)child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
