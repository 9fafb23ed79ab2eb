/* SPDX-License-Identifier: Apache-2.0 */
/* Takes another directory as its root, such as /proc/1/root, and reads a file there. */
#include <fcntl.h>

#include "drill/attacks/attack.h"

int attack_chroot(int argc, char** argv) {
  if (argc != 3) return usage("chroot DIRECTORY PROBE");
  if (chroot(argv[1]) < 0 || chdir("/") < 0) return refused();
  return finish_reading(open(argv[2], O_RDONLY | O_CLOEXEC));
}
