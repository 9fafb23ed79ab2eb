/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a device node of any number; `device` also reads the device through it. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "drill/attacks/attack.h"

int attack_node(int argc, char** argv) {
  if (argc != 5) return usage("node b|c MAJOR MINOR NODE");
  mode_t kind = argv[1][0] == 'b' ? S_IFBLK : S_IFCHR;
  return finish(
      mknod(argv[4], kind | 0600, makedev((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]))));
}

int attack_device(int argc, char** argv) {
  if (argc != 5) return usage("device b|c MAJOR MINOR NODE");
  mode_t kind = argv[1][0] == 'b' ? S_IFBLK : S_IFCHR;
  dev_t number = makedev((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));
  if (mknod(argv[4], kind | 0600, number) < 0) return refused();
  int fd = open(argv[4], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  char block[512];
  ssize_t size = fd < 0 ? -1 : read(fd, block, sizeof(block));
  int error = errno;
  unlink(argv[4]);
  errno = error;
  return finish(size);
}
