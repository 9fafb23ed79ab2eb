/* SPDX-License-Identifier: Apache-2.0 */
/* Connects to a unix socket through io_uring: no connect system call. */
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "drill/attacks/uring.h"

int attack_uring_connect(int argc, char** argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path)) return usage("uring_connect PATH");
  strcpy(address.sun_path, argv[1]);
  struct uring ring;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || uring_open(&ring) < 0) return refused();
  struct io_uring_sqe request = {
      .opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uintptr_t)&address, .off = sizeof(address)};
  if (uring_do(&ring, &request) < 0) return refused();
  return finish_reading(fd);
}
