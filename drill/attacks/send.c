/* SPDX-License-Identifier: Apache-2.0 */
/* Reaches a socket without connect(2): a datagram with an address, or TCP that opens by sending. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "drill/attacks/attack.h"

static int to_unix(const char* where, const char* text, int type, int by_message) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(where) + 1 >= sizeof(address.sun_path)) return usage("send: the name is too long");
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(where));
  strcpy(address.sun_path, where);
  if (where[0] == '@') address.sun_path[0] = 0;
  int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (type == SOCK_SEQPACKET)
    return connect(fd, (struct sockaddr*)&address, size) < 0 ? refused() : finish_reading(fd);
  if (!by_message)
    return finish(sendto(fd, text, strlen(text), 0, (struct sockaddr*)&address, size));
  struct iovec data = {(void*)(uintptr_t)text, strlen(text)};
  struct msghdr message = {
      .msg_name = &address, .msg_namelen = size, .msg_iov = &data, .msg_iovlen = 1};
  return finish(sendmsg(fd, &message, 0));
}

static int to_tcp(const char* where, const char* text) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(where))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (sendto(fd, text, strlen(text), MSG_FASTOPEN, (struct sockaddr*)&address, sizeof(address)) < 0)
    return refused();
  return finish_reading(fd);
}

int attack_send(int argc, char** argv) {
  if (argc == 4 && strcmp(argv[1], "datagram") == 0)
    return to_unix(argv[2], argv[3], SOCK_DGRAM, 0);
  if (argc == 4 && strcmp(argv[1], "message") == 0) return to_unix(argv[2], argv[3], SOCK_DGRAM, 1);
  if (argc == 3 && strcmp(argv[1], "packet") == 0) return to_unix(argv[2], "", SOCK_SEQPACKET, 0);
  if (argc == 4 && strcmp(argv[1], "fast") == 0) return to_tcp(argv[2], argv[3]);
  return usage("send datagram|message PATH|@NAME TEXT | packet PATH|@NAME | fast PORT TEXT");
}
