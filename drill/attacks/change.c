/* SPDX-License-Identifier: Apache-2.0 */
/* Changes a file or its directory by one of many roads; most never open the file. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "drill/attacks/attack.h"

static const char text[] = "changed by a drill\n";

static long put(const char* path, int flags, const char* words) {
  int fd = open(path, flags | O_WRONLY | O_CLOEXEC, 0644);
  return fd < 0 ? -1 : write(fd, words, strlen(words));
}

static long by_map(const char* path) {
  int fd = open(path, O_RDWR | O_CLOEXEC);
  char* memory = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return -1;
  memcpy(memory, "changed", 7);
  return 0;
}

static long by_splice(const char* path) {
  int pipes[2], to = open(path, O_WRONLY | O_CLOEXEC);
  if (to < 0 || pipe(pipes) < 0 || write(pipes[1], text, strlen(text)) < 0) return -1;
  return splice(pipes[0], NULL, to, NULL, strlen(text), 0);
}

static long by_times(const char* path) {
  const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
  return utimensat(AT_FDCWD, path, times, 0);
}

static long by_attribute(const char* path) {
  return setxattr(path, "trusted.brig-drill", "changed", 7, 0);
}

/* Everybody may write, which no mode says: entries of type, permissions and whom they are for. */
static long by_access_list(const char* path) {
  const struct {
    unsigned version;
    struct {
      unsigned short tag, permissions;
      unsigned id;
    } entries[5];
  } list = {2, {{1, 6, -1u}, {2, 6, 65534}, {4, 6, -1u}, {16, 6, -1u}, {32, 6, -1u}}};
  return setxattr(path, "system.posix_acl_access", &list, sizeof(list), 0);
}

static long by_owner(const char* path) { return chown(path, 1, 1); }
static long by_mode(const char* path) { return chmod(path, 0666); }
static long by_descriptor_mode(const char* path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  return fd < 0 ? -1 : fchmod(fd, 0666);
}
static long by_truncating(const char* path) { return truncate(path, 0); }
static long by_opening_empty(const char* path) {
  return open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
}
static long by_overwriting(const char* path) { return put(path, 0, text); }
static long by_appending(const char* path) { return put(path, O_APPEND, text); }
static long by_unlinking(const char* path) { return unlink(path); }
static long by_reserving(const char* path) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  return fd < 0 ? -1 : fallocate(fd, 0, 0, 8192);
}

/* What follows makes something beside the file, its name with ".x" behind. */
static const char* beside(const char* path) {
  static char other[4096];
  snprintf(other, sizeof(other), "%s.x", path);
  return other;
}

static long by_making(const char* path) { return put(beside(path), O_CREAT | O_EXCL, text); }
static long by_renaming(const char* path) { return rename(path, beside(path)); }
static long by_replacing(const char* path) {
  return by_making(path) < 0 ? -1 : rename(beside(path), path);
}
static long by_exchanging(const char* path) {
  return by_making(path) < 0 ? -1
                             : renameat2(AT_FDCWD, path, AT_FDCWD, beside(path), RENAME_EXCHANGE);
}
static long by_linking(const char* path) { return link(path, beside(path)); }
static long by_descriptor_linking(const char* path) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  char name[64];
  snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
  return fd < 0 ? -1 : linkat(AT_FDCWD, name, AT_FDCWD, beside(path), AT_SYMLINK_FOLLOW);
}
static long by_symlinking(const char* path) { return symlink("/etc/shadow", beside(path)); }
static long by_pipe(const char* path) { return mknod(beside(path), S_IFIFO | 0600, 0); }
static long by_directory(const char* path) { return mkdir(beside(path), 0700); }
static long by_nameless(const char* path) {
  char above[4096];
  snprintf(above, sizeof(above), "%.*s", (int)(strrchr(path, '/') - path), path);
  int fd = open(above, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  char name[64];
  snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
  return fd < 0 ? -1 : linkat(AT_FDCWD, name, AT_FDCWD, beside(path), AT_SYMLINK_FOLLOW);
}

static const struct road {
  const char* name;
  long (*take)(const char* path);
} roads[] = {{"overwrite", by_overwriting},
             {"append", by_appending},
             {"empty", by_opening_empty},
             {"truncate", by_truncating},
             {"map", by_map},
             {"splice", by_splice},
             {"allocate", by_reserving},
             {"mode", by_mode},
             {"fmode", by_descriptor_mode},
             {"owner", by_owner},
             {"times", by_times},
             {"attribute", by_attribute},
             {"access_list", by_access_list},
             {"unlink", by_unlinking},
             {"make", by_making},
             {"rename", by_renaming},
             {"replace", by_replacing},
             {"exchange", by_exchanging},
             {"link", by_linking},
             {"flink", by_descriptor_linking},
             {"symlink", by_symlinking},
             {"pipe", by_pipe},
             {"directory", by_directory},
             {"nameless", by_nameless}};

int attack_change(int argc, char** argv) {
  if (argc == 4 && strcmp(argv[1], "to") == 0) return finish(put(argv[2], 0, argv[3]));
  for (size_t i = 0; argc == 3 && i < sizeof(roads) / sizeof(roads[0]); i++)
    if (strcmp(roads[i].name, argv[1]) == 0) return finish(roads[i].take(argv[2]));
  return usage("change ROAD PATH (see change.c for the roads) | change to PATH TEXT");
}
