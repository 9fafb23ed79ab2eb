/* SPDX-License-Identifier: Apache-2.0 */
/* Changes a directory or a file through io_uring: no system call names it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>

#include "drill/attacks/uring.h"

int attack_uring_change(int argc, char** argv) {
  if (argc != 3) return usage("uring_change unlink|rename|link|symlink|directory|write PATH");
  const char *road = argv[1], *path = argv[2];
  char other[4096];
  snprintf(other, sizeof(other), "%s.x", path);
  struct io_uring_sqe request = {.fd = AT_FDCWD, .addr = (uintptr_t)path};
  struct uring ring;
  if (uring_open(&ring) < 0) return refused();
  if (strcmp(road, "unlink") == 0) {
    request.opcode = IORING_OP_UNLINKAT;
  } else if (strcmp(road, "rename") == 0 || strcmp(road, "link") == 0) {
    request.opcode = road[0] == 'r' ? IORING_OP_RENAMEAT : IORING_OP_LINKAT;
    request.len = (unsigned)AT_FDCWD;
    request.addr2 = (uintptr_t)other;
  } else if (strcmp(road, "symlink") == 0) {
    request.opcode = IORING_OP_SYMLINKAT;
    request.addr = (uintptr_t)"/etc/shadow";
    request.addr2 = (uintptr_t)other;
  } else if (strcmp(road, "directory") == 0) {
    request.opcode = IORING_OP_MKDIRAT;
    request.addr = (uintptr_t)other;
    request.len = 0700;
  } else {
    struct open_how how = {.flags = O_WRONLY | O_TRUNC | O_CLOEXEC};
    request.opcode = IORING_OP_OPENAT2;
    request.len = sizeof(how);
    request.off = (uintptr_t)&how;
    return finish(uring_do(&ring, &request));
  }
  return finish(uring_do(&ring, &request));
}
