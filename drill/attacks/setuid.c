/* SPDX-License-Identifier: Apache-2.0 */
/* Becomes another user. */
#include "drill/attacks/attack.h"

int attack_setuid(int argc, char** argv) {
  if (argc != 2) return usage("setuid UID");
  return finish(setuid((uid_t)atoi(argv[1])));
}
