/* SPDX-License-Identifier: Apache-2.0 */
/* Sends a signal to a foreign process, by pid, by thread or by pidfd. */
#include <signal.h>

#include "drill/attacks/attack.h"

int attack_signal(int argc, char** argv) {
  if (argc != 4) return usage("signal kill|tgkill|pidfd PID SIGNAL");
  int pid = atoi(argv[2]), number = atoi(argv[3]);
  if (strcmp(argv[1], "kill") == 0) return finish(kill(pid, number));
  if (strcmp(argv[1], "tgkill") == 0) return finish(syscall(SYS_tgkill, pid, pid, number));
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  return finish(fd < 0 ? -1 : syscall(SYS_pidfd_send_signal, fd, number, NULL, 0));
}
