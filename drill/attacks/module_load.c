/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands a kernel module that is none to the kernel, by descriptor or from memory. With the
 * capability the kernel parses it and answers ENOEXEC (8); without, EPERM (1).
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "drill/attacks/attack.h"

int attack_module_load(int argc, char** argv) {
  static const char garbage[] = "this is not a kernel module";
  if (argc != 2) return usage("module_load file|memory");
  if (strcmp(argv[1], "memory") == 0)
    return finish(syscall(SYS_init_module, garbage, sizeof(garbage), ""));
  int fd = memfd_create("module", MFD_CLOEXEC);
  if (fd < 0 || write(fd, garbage, sizeof(garbage)) < 0) return refused();
  return finish(syscall(SYS_finit_module, fd, "", 0));
}
