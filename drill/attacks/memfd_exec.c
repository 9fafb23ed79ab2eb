/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a program into memory and runs it from there: it never lies on a file system. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "drill/attacks/attack.h"

extern char** environ;

int attack_memfd_exec(int argc, char** argv) {
  if (argc < 2)
    return usage("memfd_exec PROGRAM [ARGUMENT...]   (on success the program's own output)");
  int from = open(argv[1], O_RDONLY | O_CLOEXEC);
  int memory = memfd_create("memory", MFD_CLOEXEC);
  struct stat size;
  if (from < 0 || memory < 0 || fstat(from, &size) < 0) return refused();
  if (sendfile(memory, from, NULL, (size_t)size.st_size) != size.st_size) return refused();
  fexecve(memory, argv + 1, environ);
  return refused();
}
