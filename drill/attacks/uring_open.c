/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens and reads a file through io_uring: no open and no read system call names it.
 * "fixed" opens into a slot of the ring, so that not even a descriptor appears.
 */
#include <fcntl.h>
#include <stdint.h>

#include "drill/attacks/uring.h"

int attack_uring_open(int argc, char** argv) {
  if (argc < 2) return usage("uring_open PATH [fixed]");
  int fixed = argc > 2 && strcmp(argv[2], "fixed") == 0;
  struct uring ring;
  if (uring_open(&ring) < 0) return refused();
  int slots[1] = {-1};
  if (fixed && syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, slots, 1) < 0)
    return refused();

  struct io_uring_sqe open_request = {.opcode = IORING_OP_OPENAT,
                                      .fd = AT_FDCWD,
                                      .addr = (uintptr_t)argv[1],
                                      .open_flags = O_RDONLY,
                                      .file_index = fixed ? 1 : 0};
  int fd = uring_do(&ring, &open_request);
  if (fd < 0) return refused();

  char text[256] = {0};
  struct io_uring_sqe read_request = {.opcode = IORING_OP_READ,
                                      .flags = fixed ? IOSQE_FIXED_FILE : 0,
                                      .fd = fixed ? 0 : fd,
                                      .addr = (uintptr_t)text,
                                      .len = sizeof(text) - 1};
  if (uring_do(&ring, &read_request) < 0) return refused();
  text[strcspn(text, "\n")] = 0;
  return done_with(text);
}
