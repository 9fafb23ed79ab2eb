/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts by the old system call: a file system, a bind, a read-only volume made writable, or an
 * overlay whose lower layers are a directory and /tmp.
 */
#include <sys/mount.h>

#include "drill/attacks/attack.h"

int attack_mount_old(int argc, char** argv) {
  if (argc == 5 && strcmp(argv[1], "type") == 0)
    return finish(mount(argv[3], argv[4], argv[2], 0, NULL));
  if (argc == 4 && strcmp(argv[1], "bind") == 0)
    return finish(mount(argv[2], argv[3], NULL, MS_BIND, NULL));
  if (argc == 3 && strcmp(argv[1], "writable") == 0)
    return finish(mount(NULL, argv[2], NULL, MS_REMOUNT | MS_BIND, NULL));
  if (argc == 4 && strcmp(argv[1], "layers") == 0) {
    char layers[4096];
    snprintf(layers, sizeof(layers), "lowerdir=%s:/tmp", argv[2]);
    return finish(mount("overlay", argv[3], "overlay", MS_RDONLY, layers));
  }
  return usage(
      "mount_old type TYPE SOURCE TARGET | bind SOURCE TARGET | writable TARGET |"
      " layers DIRECTORY TARGET");
}
