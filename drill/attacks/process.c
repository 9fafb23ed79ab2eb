/* SPDX-License-Identifier: Apache-2.0 */
/* Steers a foreign process by calls that are no signal, no ptrace and no limit. */
#define _GNU_SOURCE
#include <asm/sockios.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "drill/attacks/attack.h"

static long by_nice(pid_t pid) { return setpriority(PRIO_PROCESS, (id_t)pid, 19); }

static long by_policy(pid_t pid) {
  struct sched_param idle = {0};
  return sched_setscheduler(pid, SCHED_IDLE, &idle);
}

static long by_affinity(pid_t pid) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  return sched_setaffinity(pid, sizeof(one), &one);
}

static long by_io_class(pid_t pid) {
  return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
}

static long by_queue(pid_t pid) {
  siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
  return syscall(SYS_rt_sigqueueinfo, pid, SIGUSR1, &info);
}

static long by_thread_queue(pid_t pid) {
  siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
  return syscall(SYS_rt_tgsigqueueinfo, pid, pid, SIGUSR1, &info);
}

/* The victim becomes the owner of our pipe; the kernel signals it when the pipe has something. */
static long by_owner(pid_t pid) {
  int ends[2];
  if (pipe(ends) < 0 || fcntl(ends[0], F_SETSIG, SIGUSR1) < 0 || fcntl(ends[0], F_SETOWN, pid) < 0)
    return -1;
  if (fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK) < 0) return -1;
  return write(ends[1], "x", 1);
}

static long signal_owner(int fd, pid_t pid) {
  return fd < 0 || fcntl(fd, F_SETSIG, SIGUSR1) < 0 ? -1 : fcntl(fd, F_SETOWN, pid);
}

/* The same when a directory changes, when another opens a file, when a socket has something. */
static long by_directory(pid_t pid) {
  int fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (signal_owner(fd, pid) < 0 || fcntl(fd, F_NOTIFY, DN_CREATE) < 0) return -1;
  return open("/tmp/made", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long by_lease(pid_t pid) {
  int fd = open("/tmp/leased", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || fcntl(fd, F_SETLEASE, F_RDLCK) < 0 || signal_owner(fd, pid) < 0) return -1;
  open("/tmp/leased", O_WRONLY | O_NONBLOCK | O_CLOEXEC); /* waits for nobody */
  return 0;
}

static long by_socket(pid_t pid) {
  int ends[2], owner = pid;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 || fcntl(ends[0], F_SETSIG, SIGUSR1) < 0 ||
      ioctl(ends[0], FIOSETOWN, &owner) < 0 || fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK) < 0)
    return -1;
  return write(ends[1], "x", 1);
}

static long by_descriptor(pid_t pid) {
  int fd = (int)syscall(SYS_pidfd_open, pid, 0);
  return fd < 0 ? -1 : syscall(SYS_pidfd_send_signal, fd, SIGUSR1, NULL, 0);
}

static const struct road {
  const char* name;
  long (*take)(pid_t pid);
} roads[] = {{"nice", by_nice},
             {"policy", by_policy},
             {"affinity", by_affinity},
             {"io_class", by_io_class},
             {"queue", by_queue},
             {"thread_queue", by_thread_queue},
             {"owner", by_owner},
             {"directory", by_directory},
             {"lease", by_lease},
             {"socket", by_socket},
             {"pidfd_signal", by_descriptor}};

/* Copies a descriptor out of the process and reads what it stands for. */
static int take_descriptor(pid_t pid, int number) {
  int process = (int)syscall(SYS_pidfd_open, pid, 0);
  int fd = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, number, 0);
  if (fd >= 0) lseek(fd, 0, SEEK_SET);
  return finish_reading(fd);
}

int attack_process(int argc, char** argv) {
  if (argc == 4 && strcmp(argv[1], "descriptor") == 0)
    return take_descriptor((pid_t)atoi(argv[2]), atoi(argv[3]));
  for (size_t i = 0; argc == 3 && i < sizeof(roads) / sizeof(roads[0]); i++)
    if (strcmp(roads[i].name, argv[1]) == 0) return finish(roads[i].take((pid_t)atoi(argv[2])));
  return usage("process ROAD PID (see process.c for the roads) | process descriptor PID NUMBER");
}
