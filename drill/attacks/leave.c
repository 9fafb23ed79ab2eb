/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaves something on storage that others reach, by many roads: a set-uid or set-gid program, file
 * capabilities, a device node, a link for a root reader.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "drill/attacks/attack.h"

static int file_of(const char* path, mode_t mode) {
  return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
}

static long by_mode(const char* path) {
  return file_of(path, 0755) < 0 ? -1 : chmod(path, S_ISUID | 0755);
}
static long by_descriptor_mode(const char* path) {
  int fd = file_of(path, 0755);
  return fd < 0 ? -1 : fchmod(fd, S_ISUID | 0755);
}
/* By the name that a descriptor has, which may neither read nor write. */
static long by_place_mode(const char* path) {
  char name[64];
  int fd = file_of(path, 0755) < 0 ? -1 : open(path, O_PATH | O_CLOEXEC);
  snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
  return fd < 0 ? -1 : chmod(name, S_ISUID | 0755);
}
static long by_birth(const char* path) {
  umask(0);
  return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_ISUID | 0755);
}
static long by_node(const char* path) {
  umask(0);
  return mknod(path, S_IFREG | S_ISUID | 0755, 0);
}
static long by_group(const char* path) {
  return file_of(path, 0755) < 0 ? -1 : chmod(path, S_ISGID | 0755);
}
static long by_compat(const char* path) {
  static char low[4096]; /* at a low address: the program is linked there */
  int result;
  if (file_of(path, 0755) < 0) return -1;
  snprintf(low, sizeof(low), "%s", path);
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(15), "b"(low), "c"(S_ISUID | 0755)
                   : "memory", "r8", "r9", "r10", "r11");
  errno = -result;
  return result;
}

/* A file is dressed elsewhere and brought in by its name; `across` must be the same mount. */
static long by_rename(const char* path) {
  char elsewhere[4096];
  snprintf(elsewhere, sizeof(elsewhere), "%s.new", path);
  if (by_birth(elsewhere) < 0) return -1;
  return rename(elsewhere, path);
}

static long by_link(const char* path) {
  char elsewhere[4096];
  snprintf(elsewhere, sizeof(elsewhere), "%s.new", path);
  if (by_birth(elsewhere) < 0) return -1;
  return link(elsewhere, path);
}

/* Without a name until it is dressed. */
static long by_nameless(const char* path) {
  char above[4096], name[64];
  snprintf(above, sizeof(above), "%.*s", (int)(strrchr(path, '/') - path), path);
  int fd = open(above, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0755);
  snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
  if (fd < 0 || fchmod(fd, S_ISUID | 0755) < 0) return -1;
  return linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

static long by_capability(const char* path) {
  const struct vfs_cap_data all = {.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
                                   .data = {{.permitted = 1u << CAP_SETUID}}};
  return file_of(path, 0755) < 0 ? -1 : setxattr(path, "security.capability", &all, sizeof(all), 0);
}
static long by_descriptor_capability(const char* path) {
  const struct vfs_cap_data all = {.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
                                   .data = {{.permitted = 1u << CAP_SETUID}}};
  int fd = file_of(path, 0755);
  return fd < 0 ? -1 : fsetxattr(fd, "security.capability", &all, sizeof(all), 0);
}
static long by_device(const char* path) { return mknod(path, S_IFBLK | 0666, makedev(7, 0)); }
static long by_symlink(const char* path) { return symlink("/etc/shadow", path); }
static long by_whole_symlink(const char* path) { return symlink("/", path); }
static long by_climbing_symlink(const char* path) {
  return symlinkat("here/../../../../../../../../../../../../../../etc//shadow", AT_FDCWD, path);
}
static long by_winding_symlink(const char* path) {
  return symlink("/usr/./share/../..//proc/1/root/etc/shadow", path);
}
/* What images and packages are full of. */
static long by_plain_symlink(const char* path) {
  static const char* const ordinary[] = {"/usr/share/zoneinfo/UTC",
                                         "../lib/x",
                                         "here/..",
                                         "/etc/alternatives/vi",
                                         "/dev/null",
                                         "/dev/stdout",
                                         "/proc/self/mounts",
                                         "/run",
                                         "..",
                                         "a/../../etc",
                                         "../run/lock",
                                         "../etc/crontabs"};
  for (size_t i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++)
    if (unlink(path), symlink(ordinary[i], path) < 0) return -1;
  return unlink(path) < 0 || symlink("/etc/shadow", "/tmp/own") < 0 ? -1 : file_of(path, 0755);
}
static long by_nothing(const char* path) { return file_of(path, 0755); }

static const struct road {
  const char* name;
  long (*take)(const char* path);
} roads[] = {{"mode", by_mode},
             {"fmode", by_descriptor_mode},
             {"place_mode", by_place_mode},
             {"birth", by_birth},
             {"node", by_node},
             {"group", by_group},
             {"compat", by_compat},
             {"rename", by_rename},
             {"link", by_link},
             {"nameless", by_nameless},
             {"capability", by_capability},
             {"fcapability", by_descriptor_capability},
             {"device", by_device},
             {"symlink", by_symlink},
             {"whole_symlink", by_whole_symlink},
             {"climbing_symlink", by_climbing_symlink},
             {"winding_symlink", by_winding_symlink},
             {"plain_symlink", by_plain_symlink},
             {"plain", by_nothing}};

int attack_leave(int argc, char** argv) {
  for (size_t i = 0; argc == 3 && i < sizeof(roads) / sizeof(roads[0]); i++)
    if (strcmp(roads[i].name, argv[1]) == 0) return finish(roads[i].take(argv[2]));
  return usage("leave ROAD PATH (see leave.c for the roads)");
}
