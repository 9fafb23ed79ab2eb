/* SPDX-License-Identifier: Apache-2.0 */
/* Asks for one more capability than it was given: permitted, effective and inheritable. */
#include <linux/capability.h>

#include "drill/attacks/attack.h"

int attack_capset(int argc, char** argv) {
  if (argc != 2 || atoi(argv[1]) < 0 || atoi(argv[1]) > 63)
    return usage("capset CAPABILITY-NUMBER");
  struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2];
  if (syscall(SYS_capget, &head, sets) < 0) return refused();
  int number = atoi(argv[1]);
  sets[number / 32].permitted |= 1u << (number % 32);
  sets[number / 32].effective |= 1u << (number % 32);
  sets[number / 32].inheritable |= 1u << (number % 32);
  return finish(syscall(SYS_capset, &head, sets));
}
