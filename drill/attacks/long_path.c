/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes directories so deep that no path names the file at the end (PATH_MAX is 4096), then opens
 * that file relative to the last directory. "ok" is followed by the length of its full path.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "drill/attacks/attack.h"

int attack_long_path(int argc, char** argv) {
  if (argc != 3) return usage("long_path DIRECTORY LENGTH");
  char name[201];
  memset(name, 'd', sizeof(name) - 1);
  name[sizeof(name) - 1] = 0;
  size_t wanted = (size_t)atol(argv[2]), length = strlen(argv[1]);
  if (chdir(argv[1]) < 0) return refused();
  while (length + sizeof(name) + sizeof("/file") <= wanted) {
    if ((mkdir(name, 0755) < 0 && errno != EEXIST) || chdir(name) < 0) return refused();
    length += sizeof(name); /* the name and its slash */
  }
  size_t rest = wanted - length - 1;
  char last[256];
  memset(last, 'f', sizeof(last));
  if (wanted <= length + 1 || rest >= sizeof(last))
    return usage("LENGTH must be longer than DIRECTORY");
  last[rest] = 0;
  if (open(last, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) < 0) return refused();
  printf("ok %zu\n", length + 1 + strlen(last));
  return 0;
}
