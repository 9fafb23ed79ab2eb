/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a file's first line by one of many roads; all end at the same object. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <libgen.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "drill/attacks/attack.h"

static int by_openat2(const char* path) {
  struct open_how how = {.flags = O_RDONLY | O_CLOEXEC};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* The directory first, as a mere place; then the file from there. */
static int by_directory(const char* path) {
  char above[4096];
  snprintf(above, sizeof(above), "%s", path);
  int directory = open(dirname(above), O_PATH | O_DIRECTORY | O_CLOEXEC);
  const char* name = strrchr(path, '/');
  return directory < 0 ? -1 : openat(directory, name ? name + 1 : path, O_RDONLY | O_CLOEXEC);
}

/* A descriptor that may not read is opened a second time through procfs. */
static int by_reopening(const char* path) {
  int place = open(path, O_PATH | O_CLOEXEC);
  if (place < 0) return -1;
  char again[64];
  snprintf(again, sizeof(again), "/proc/self/fd/%d", place);
  return open(again, O_RDONLY | O_CLOEXEC);
}

static int by_symlink(const char* path) {
  const char* link = "/tmp/drill-link";
  unlink(link);
  return symlink(path, link) < 0 ? -1 : open(link, O_RDONLY | O_CLOEXEC);
}

/* One process opens, another gets the descriptor in a message and reads. */
static int by_message(const char* path) {
  int ends[2];
  char byte = 0;
  union {
    struct cmsghdr head;
    char space[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof(control)};
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0) return -1;
  if (fork() == 0) {
    int fd = open(path, O_RDONLY);
    struct cmsghdr* head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(head), &fd, sizeof(fd));
    if (fd < 0) message.msg_controllen = 0;
    _exit(sendmsg(ends[0], &message, 0) < 0);
  }
  if (recvmsg(ends[1], &message, 0) < 0) return -1;
  int fd = -1;
  struct cmsghdr* head = CMSG_FIRSTHDR(&message);
  if (head != NULL) memcpy(&fd, CMSG_DATA(head), sizeof(fd));
  if (fd < 0) errno = EACCES;
  return fd;
}

static int copy_of(const char* path, const char* road) {
  int from = open(path, O_RDONLY | O_CLOEXEC), pipes[2];
  int to = memfd_create("copy", MFD_CLOEXEC);
  if (from < 0 || to < 0 || pipe(pipes) < 0) return -1;
  ssize_t moved;
  if (strcmp(road, "sendfile") == 0)
    moved = sendfile(to, from, NULL, 4096);
  else
    moved = splice(from, NULL, pipes[1], NULL, 4096, 0) < 0
                ? -1
                : splice(pipes[0], NULL, to, NULL, 4096, 0);
  return moved < 0 || lseek(to, 0, SEEK_SET) < 0 ? -1 : to;
}

static int read_mapped(const char* path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  char* text = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
  if (text == MAP_FAILED) return refused();
  printf("ok %.*s\n", (int)strcspn(text, "\n"), text);
  return 0;
}

static int read_vector(const char* path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  char text[256];
  struct iovec piece = {text, sizeof(text) - 1};
  ssize_t size = fd < 0 ? -1 : preadv2(fd, &piece, 1, 0, 0);
  if (size < 0) return refused();
  text[size] = 0;
  text[strcspn(text, "\n")] = 0;
  return done_with(text);
}

int attack_read(int argc, char** argv) {
  const char* road = argc > 2 ? argv[1] : "";
  const char* path = argc > 2 ? argv[2] : "";
  if (strcmp(road, "open") == 0) return finish_reading(open(path, O_RDONLY | O_CLOEXEC));
  if (strcmp(road, "openat2") == 0) return finish_reading(by_openat2(path));
  if (strcmp(road, "directory") == 0) return finish_reading(by_directory(path));
  if (strcmp(road, "reopen") == 0) return finish_reading(by_reopening(path));
  if (strcmp(road, "symlink") == 0) return finish_reading(by_symlink(path));
  if (strcmp(road, "message") == 0) return finish_reading(by_message(path));
  if (strcmp(road, "sendfile") == 0 || strcmp(road, "splice") == 0)
    return finish_reading(copy_of(path, road));
  if (strcmp(road, "map") == 0) return read_mapped(path);
  if (strcmp(road, "vector") == 0) return read_vector(path);
  return usage(
      "read open|openat2|directory|reopen|symlink|message|sendfile|splice|map|vector PATH");
}
