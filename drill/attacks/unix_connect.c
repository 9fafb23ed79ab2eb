/* SPDX-License-Identifier: Apache-2.0 */
/* Connects to a unix socket, by path (an engine's socket) or abstract name, and reads a line. */
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "drill/attacks/attack.h"

int attack_unix_connect(int argc, char** argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc < 3 || strlen(argv[2]) + 1 >= sizeof(address.sun_path))
    return usage("unix_connect path PATH [REQUEST] | abstract NAME [REQUEST]");
  size_t skip = strcmp(argv[1], "abstract") == 0 ? 1 : 0;
  strcpy(address.sun_path + skip, argv[2]);
  size_t size = offsetof(struct sockaddr_un, sun_path) + skip + strlen(argv[2]);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr*)&address, (socklen_t)size) < 0) return refused();
  /* An engine speaks HTTP and waits for a request; the canary server speaks first. */
  if (argc > 3 && dprintf(fd, "GET %s HTTP/1.0\r\n\r\n", argv[3]) < 0) return refused();
  return finish_reading(fd);
}
