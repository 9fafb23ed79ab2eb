/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Not an attack: a service of the host that tells its secret to whoever connects, and a note of
 * every message that arrives. Prints "ready", then a line for each caller; ends with its input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "drill/attacks/attack.h"

static int bound(const char* kind, const char* where, int type) {
  if (strcmp(kind, "tcp") == 0) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(where))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1, fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(fd, IPPROTO_TCP, 23 /* TCP_FASTOPEN */, &one, sizeof(one));
    return bind(fd, (struct sockaddr*)&address, sizeof(address)) < 0 ? -1 : fd;
  }
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(where) + 1 >= sizeof(address.sun_path)) return -1;
  size_t size = offsetof(struct sockaddr_un, sun_path) + strlen(where);
  strcpy(address.sun_path, where);
  if (where[0] == '@') address.sun_path[0] = 0;
  int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  return bind(fd, (struct sockaddr*)&address, (socklen_t)size) < 0 ? -1 : fd;
}

int attack_serve(int argc, char** argv) {
  if (argc != 4 && argc != 5)
    return usage("serve tcp PORT SECRET [UID] | stream|datagram|packet PATH|@NAME SECRET [UID]");
  if (argc == 5 && setuid((uid_t)atoi(argv[4])) < 0) return refused();
  int type = strcmp(argv[1], "datagram") == 0 ? SOCK_DGRAM
             : strcmp(argv[1], "packet") == 0 ? SOCK_SEQPACKET
                                              : SOCK_STREAM;
  int fd = bound(argv[1], argv[2], type);
  if (fd < 0 || (type != SOCK_DGRAM && listen(fd, 16) < 0)) return refused();
  puts("ready");
  fflush(stdout);
  struct pollfd both[2] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
  char text[256];
  while (poll(both, 2, -1) >= 0 && both[0].revents == 0) {
    if (both[1].revents == 0) continue;
    if (type == SOCK_DGRAM) {
      ssize_t size = recv(fd, text, sizeof(text) - 1, 0);
      printf("message %.*s\n", (int)(size < 0 ? 0 : size), text);
    } else {
      int client = accept(fd, NULL, NULL);
      dprintf(client, "%s\n", argv[3]);
      puts("caller");
      shutdown(client, SHUT_WR);
      close(client);
    }
    fflush(stdout);
  }
  return 0;
}
