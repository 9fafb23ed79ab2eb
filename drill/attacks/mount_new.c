/* SPDX-License-Identifier: Apache-2.0 */
/* The same by the newer calls, which never pass through mount(2). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mount.h>

#include "drill/attacks/attack.h"

static int attach(int mount, const char* target) {
  return (int)syscall(SYS_move_mount, mount, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
}

static int mount_type(const char* type, const char* source, const char* target) {
  int context = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
  if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "source", source, 0) < 0 ||
      syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
    return -1;
  int mount = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
  return mount < 0 ? -1 : attach(mount, target);
}

static int bind(const char* source, const char* target) {
  int mount = (int)syscall(SYS_open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  return mount < 0 ? -1 : attach(mount, target);
}

static int make_writable(const char* target) {
  struct mount_attr change = {.attr_clr = MOUNT_ATTR_RDONLY};
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, target, 0, &change, sizeof(change));
}

int attack_mount_new(int argc, char** argv) {
  if (argc == 5 && strcmp(argv[1], "type") == 0)
    return finish(mount_type(argv[2], argv[3], argv[4]));
  if (argc == 4 && strcmp(argv[1], "bind") == 0) return finish(bind(argv[2], argv[3]));
  if (argc == 3 && strcmp(argv[1], "writable") == 0) return finish(make_writable(argv[2]));
  return usage("mount_new type TYPE SOURCE TARGET | bind SOURCE TARGET | writable TARGET");
}
