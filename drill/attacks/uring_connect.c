/* SPDX-License-Identifier: Apache-2.0 */
/* Connects to a unix socket, or an IPv4 address, through io_uring: no connect system call. */
#include <arpa/inet.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "drill/attacks/uring.h"

static int connected(const struct sockaddr* address, size_t size) {
  struct uring ring;
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || uring_open(&ring) < 0) return refused();
  struct io_uring_sqe request = {
      .opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uintptr_t)address, .off = size};
  if (uring_do(&ring, &request) < 0) return refused();
  return finish_reading(fd);
}

int attack_uring_connect(int argc, char** argv) {
  struct sockaddr_un local = {.sun_family = AF_UNIX};
  struct sockaddr_in inet = {.sin_family = AF_INET};
  if (argc == 3 && inet_pton(AF_INET, argv[1], &inet.sin_addr) == 1) {
    inet.sin_port = htons((uint16_t)atoi(argv[2]));
    return connected((struct sockaddr*)&inet, sizeof(inet));
  }
  if (argc != 2 || strlen(argv[1]) >= sizeof(local.sun_path))
    return usage("uring_connect PATH | ADDRESS PORT");
  strcpy(local.sun_path, argv[1]);
  return connected((struct sockaddr*)&local, sizeof(local));
}
