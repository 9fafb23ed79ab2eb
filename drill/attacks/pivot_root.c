/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a directory the root of a mount namespace of its own, and reads a file there. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "drill/attacks/attack.h"

int attack_pivot_root(int argc, char** argv) {
  if (argc != 3) return usage("pivot_root DIRECTORY PROBE");
  if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount(argv[1], argv[1], NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(argv[1]) < 0 ||
      syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
    return refused();
  return finish_reading(open(argv[2], O_RDONLY | O_CLOEXEC));
}
