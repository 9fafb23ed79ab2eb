/* SPDX-License-Identifier: Apache-2.0 */
/* Becomes another user. */
#include "tests/scenarios/attacks/attack.h"

int main(int argc, char** argv) {
  if (argc != 2) return usage("setuid UID");
  return finish(setuid((uid_t)atoi(argv[1])));
}
