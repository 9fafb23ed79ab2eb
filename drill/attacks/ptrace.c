/* SPDX-License-Identifier: Apache-2.0 */
/* Stops a foreign process and reads its memory word by word; or makes its parent its tracer. */
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "drill/attacks/attack.h"

/* What a debugger does with the program that it starts. */
static int debug_child(void) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) _exit(1);
    raise(SIGSTOP);
    _exit(0);
  }
  if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status)) return refused();
  if (ptrace(PTRACE_CONT, child, NULL, NULL) < 0) return refused();
  return finish(waitpid(child, &status, 0) < 0 || status != 0 ? -1 : 0);
}

int attack_ptrace(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "me") == 0) return finish(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
  if (argc == 2 && strcmp(argv[1], "child") == 0) return debug_child();
  if (argc != 4) return usage("ptrace me|child, or ptrace attach|seize PID ADDRESS");
  int seize = strcmp(argv[1], "seize") == 0;
  pid_t pid = (pid_t)atoi(argv[2]);
  uintptr_t address = strtoul(argv[3], NULL, 0);
  if (ptrace(seize ? PTRACE_SEIZE : PTRACE_ATTACH, pid, NULL, NULL) < 0) return refused();
  if (seize && ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0) return refused();
  if (waitpid(pid, NULL, __WALL) < 0) return refused();
  char text[64 + 1] = {0};
  for (size_t i = 0; i + sizeof(long) < sizeof(text); i += sizeof(long)) {
    errno = 0;
    long word = ptrace(PTRACE_PEEKDATA, pid, (void*)(address + i), NULL);
    if (errno != 0) return refused();
    memcpy(text + i, &word, sizeof(word));
  }
  ptrace(PTRACE_DETACH, pid, NULL, NULL);
  text[strcspn(text, "\n")] = 0;
  return done_with(text);
}
