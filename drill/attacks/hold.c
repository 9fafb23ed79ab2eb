/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts about time and company: "await" waits for a line before the next act, "hold" keeps what the
 * acts before it have got until the input ends, "keep" opens a file and leaves it open for that,
 * "beside" does the acts behind it beside a victim of its own.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "drill/attacks/attack.h"

/* A byte at a time: what follows the line is for the act that follows. */
static int skip_line(void) {
  char byte;
  while (read(0, &byte, 1) == 1)
    if (byte == '\n') return 0;
  return -1;
}

int attack_await(int argc, char** argv) {
  (void)argv;
  return argc == 1 && skip_line() == 0 ? 0 : usage("await (a line on the standard input)");
}

int attack_hold(int argc, char** argv) {
  (void)argc, (void)argv;
  while (skip_line() == 0) continue;
  return 0;
}

int attack_keep(int argc, char** argv) {
  if (argc != 3) return usage("keep read|write|place PATH");
  int access = strcmp(argv[1], "write") == 0   ? O_WRONLY
               : strcmp(argv[1], "place") == 0 ? O_PATH
                                               : O_RDONLY;
  return finish(open(argv[2], access | O_NONBLOCK | O_CLOEXEC));
}

/* Each "@" in the words becomes the victim's pid. */
static char* with_pid(const char* word, pid_t pid) {
  char* result = malloc(strlen(word) + 32);
  const char* at = strchr(word, '@');
  if (result == NULL || at == NULL) return strdup(word);
  snprintf(result, strlen(word) + 32, "%.*s%d%s", (int)(at - word), word, (int)pid, at + 1);
  return result;
}

int attack_beside(int argc, char** argv) {
  if (argc < 3) return usage("beside SECRET ACT [ARGUMENT...] ('@' is the victim's pid)");
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0) return refused();
  pid_t victim = fork();
  if (victim == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(open("/proc/version", O_RDONLY | O_CLOEXEC), 3); /* something for who takes it */
    execl("/proc/self/exe", "attack", "canary", "0x10000000", argv[1], (char*)NULL);
    _exit(127);
  }
  char byte;
  while (read(out[0], &byte, 1) == 1 && byte != '\n') continue; /* it is ready */
  for (int i = 2; i < argc; i++) argv[i] = with_pid(argv[i], victim);
  int status = run_acts(argc - 2, argv + 2);
  kill(victim, SIGKILL);
  waitpid(victim, NULL, 0);
  return status;
}
