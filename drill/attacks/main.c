/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One static program for all attacks. Called by the name of an act (a link to it), it does that
 * act; called as `attack`, the first argument names it. A word "+" ends an act, and the next one
 * follows in the same process: what the first has joined, opened or changed is still so.
 *
 *   attack setns path /proc/7/ns/mnt /etc/hostname
 *   attack mount_old writable /volume + change truncate /volume/file
 */
#include "drill/attacks/attack.h"
#include "drill/attacks/list.h"

#define DECLARE(name) int attack_##name(int argc, char** argv);
ACTS(DECLARE)

static const struct act {
  const char* name;
  int (*run)(int argc, char** argv);
} acts[] = {
#define ROW(name) {#name, attack_##name},
    ACTS(ROW)};

static const struct act* act_of(const char* name) {
  for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
    if (strcmp(acts[i].name, name) == 0) return &acts[i];
  return NULL;
}

static int list(void) {
  for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) puts(acts[i].name);
  return 0;
}

int run_acts(int argc, char** argv) {
  for (int from = 0; from < argc;) {
    int to = from;
    while (to < argc && strcmp(argv[to], "+") != 0) to++;
    const struct act* act = to > from ? act_of(argv[from]) : NULL;
    if (act == NULL) return usage("attack ACT [ARGUMENT...] [+ ACT ...]; attack list");
    argv[to] = NULL;
    int status = act->run(to - from, argv + from);
    fflush(stdout);
    if (status != 0) return status;
    from = to + 1;
  }
  return 0;
}

int main(int argc, char** argv) {
  const char* slash = strrchr(argv[0], '/');
  const struct act* named = act_of(slash ? slash + 1 : argv[0]);
  if (named != NULL) return named->run(argc, argv);
  if (argc == 2 && strcmp(argv[1], "list") == 0) return list();
  if (argc < 2) return run_acts(1, (char*[]){"", NULL});
  return run_acts(argc - 1, argv + 1);
}
