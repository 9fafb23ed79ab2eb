/* SPDX-License-Identifier: Apache-2.0 */
/* Connects to a TCP address (IPv4 or IPv6) and reads a line. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "drill/attacks/attack.h"

int attack_tcp_connect(int argc, char** argv) {
  if (argc != 3) return usage("tcp_connect ADDRESS PORT");
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = v4.sin_port};
  struct sockaddr* address = (struct sockaddr*)&v4;
  socklen_t size = sizeof(v4);
  if (inet_pton(AF_INET, argv[1], &v4.sin_addr) != 1) {
    if (inet_pton(AF_INET6, argv[1], &v6.sin6_addr) != 1)
      return usage("an address is 127.0.0.1 or ::1");
    address = (struct sockaddr*)&v6;
    size = sizeof(v6);
  }
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, address, size) < 0) return refused();
  return finish_reading(fd);
}
