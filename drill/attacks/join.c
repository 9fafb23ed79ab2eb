/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enters a namespace and goes on with the acts behind "+", there. "hostname" and "own_hostname"
 * tell or set the name of the host in the namespace this process is in.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "drill/attacks/attack.h"

/* What the kinds are called in /proc/PID/ns. */
static int flag_of(const char* kind) {
  static const struct {
    const char* name;
    int flag;
  } kinds[] = {{"mnt", CLONE_NEWNS},       {"uts", CLONE_NEWUTS}, {"ipc", CLONE_NEWIPC},
               {"net", CLONE_NEWNET},      {"pid", CLONE_NEWPID}, {"user", CLONE_NEWUSER},
               {"cgroup", CLONE_NEWCGROUP}};
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
    if (strcmp(kinds[i].name, kind) == 0) return kinds[i].flag;
  return 0;
}

static int opened(const char* pid, const char* kind) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, kind);
  return open(path, O_RDONLY | O_CLOEXEC);
}

/* A namespace is bound to a file first, and joined through that. */
static int bound(const char* pid, const char* kind) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, kind);
  const char* place = "/tmp/drill-namespace";
  close(open(place, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  return mount(path, place, NULL, MS_BIND, NULL) < 0 ? -1 : open(place, O_RDONLY | O_CLOEXEC);
}

int attack_join(int argc, char** argv) {
  if (argc != 4 || flag_of(argv[3]) == 0)
    return usage("join path|pidfd|bound|untyped PID mnt|uts|ipc|net|pid|user|cgroup");
  int pidfd = strcmp(argv[1], "pidfd") == 0;
  int fd = pidfd                           ? (int)syscall(SYS_pidfd_open, atoi(argv[2]), 0)
           : strcmp(argv[1], "bound") == 0 ? bound(argv[2], argv[3])
                                           : opened(argv[2], argv[3]);
  int flag = strcmp(argv[1], "untyped") == 0 ? 0 : flag_of(argv[3]);
  return fd < 0 || setns(fd, flag) < 0 ? refused() : 0;
}

int attack_hostname(int argc, char** argv) {
  (void)argv;
  char name[256] = {0};
  if (argc != 1) return usage("hostname");
  return gethostname(name, sizeof(name) - 1) < 0 ? refused() : done_with(name);
}

/* Names the host in a namespace of its own and keeps that until the input ends. */
int attack_own_hostname(int argc, char** argv) {
  if (argc != 2) return usage("own_hostname NAME");
  if (unshare(CLONE_NEWUTS | CLONE_NEWIPC) < 0 || sethostname(argv[1], strlen(argv[1])) < 0)
    return refused();
  printf("ready %d\n", getpid());
  return 0;
}
