/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System V shared memory and message queues, POSIX queues and keys: what no path names. "make" puts
 * a secret there for others to read, and keeps it until the input ends.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>

#include "drill/attacks/attack.h"

struct letter {
  long type;
  char text[128];
};

int attack_hold(int argc, char** argv);

static int make_memory(const char* secret) {
  int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  char* memory = id < 0 ? (char*)-1 : shmat(id, NULL, 0);
  if (memory == (char*)-1) return refused();
  snprintf(memory, 4096, "%s", secret);
  printf("ready %d\n", id);
  fflush(stdout);
  attack_hold(1, NULL);
  return finish(shmctl(id, IPC_RMID, NULL));
}

static int make_queue(const char* secret) {
  int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  struct letter letter = {.type = 1};
  snprintf(letter.text, sizeof(letter.text), "%s", secret);
  if (id < 0 || msgsnd(id, &letter, sizeof(letter.text), 0) < 0) return refused();
  printf("ready %d\n", id);
  fflush(stdout);
  attack_hold(1, NULL);
  return finish(msgctl(id, IPC_RMID, NULL));
}

/* POSIX queues have names, of all processes with the same IPC namespace. */
static int open_posix(const char* name, int flags) {
  struct {
    long flags, most, size, now, reserved[4];
  } shape = {.most = 4, .size = 128};
  return (int)syscall(SYS_mq_open, name, flags | O_CLOEXEC, 0600, &shape);
}

static int read_posix(const char* name) {
  char text[129] = {0};
  int queue = open_posix(name, O_RDONLY | O_NONBLOCK);
  if (queue < 0 || syscall(SYS_mq_timedreceive, queue, text, sizeof(text) - 1, NULL, NULL) < 0)
    return refused();
  return done_with(text);
}

static int make_posix(const char* secret, int own) {
  char name[64];
  snprintf(name, sizeof(name), "brig-drill-%d", own ? 0 : getpid());
  int queue = open_posix(name, O_RDWR | O_CREAT | O_EXCL);
  if (queue < 0 || syscall(SYS_mq_timedsend, queue, secret, strlen(secret), 0, NULL) < 0)
    return refused();
  if (own) {
    int status = read_posix(name);
    syscall(SYS_mq_unlink, name);
    return status;
  }
  printf("ready %s\n", name);
  fflush(stdout);
  attack_hold(1, NULL);
  return finish(syscall(SYS_mq_unlink, name));
}

static int make_key(const char* secret) {
  char name[64];
  snprintf(name, sizeof(name), "brig-drill-%d", getpid());
  long id = syscall(SYS_add_key, "user", name, secret, strlen(secret), KEY_SPEC_USER_KEYRING);
  if (id < 0) return refused();
  printf("ready %s\n", name);
  fflush(stdout);
  attack_hold(1, NULL);
  return finish(syscall(SYS_keyctl, KEYCTL_UNLINK, id, KEY_SPEC_USER_KEYRING));
}

static int read_memory(int id) {
  char* memory = shmat(id, NULL, SHM_RDONLY);
  return memory == (char*)-1 ? refused() : done_with(memory);
}

static int read_queue(int id) {
  struct letter letter = {0};
  if (msgrcv(id, &letter, sizeof(letter.text) - 1, 0, IPC_NOWAIT | MSG_NOERROR) < 0)
    return refused();
  return done_with(letter.text);
}

static int read_key(const char* name) {
  long id = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", name, 0);
  char text[128] = {0};
  /* To read it, it must be possessed: by a keyring of this process. */
  syscall(SYS_keyctl, KEYCTL_LINK, KEY_SPEC_USER_KEYRING, KEY_SPEC_PROCESS_KEYRING);
  if (id < 0 || syscall(SYS_keyctl, KEYCTL_READ, id, text, sizeof(text) - 1) < 0) return refused();
  return done_with(text);
}

/* The same calls on an object of one's own. */
static int own_memory(const char* secret) {
  int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
  char* memory = id < 0 ? (char*)-1 : shmat(id, NULL, 0);
  if (memory == (char*)-1) return refused();
  snprintf(memory, 4096, "%s", secret);
  int status = read_memory(id);
  shmctl(id, IPC_RMID, NULL);
  return status;
}

static int own_queue(const char* secret) {
  int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  struct letter letter = {.type = 1};
  snprintf(letter.text, sizeof(letter.text), "%s", secret);
  if (id < 0 || msgsnd(id, &letter, sizeof(letter.text), 0) < 0) return refused();
  int status = read_queue(id);
  msgctl(id, IPC_RMID, NULL);
  return status;
}

static int own_key(const char* secret) {
  char text[128] = {0};
  long id = syscall(SYS_add_key, "user", "brig-drill-own", secret, strlen(secret),
                    KEY_SPEC_PROCESS_KEYRING);
  if (id < 0 || syscall(SYS_keyctl, KEYCTL_READ, id, text, sizeof(text) - 1) < 0) return refused();
  return done_with(text);
}

int attack_ipc(int argc, char** argv) {
  if (argc != 4) return usage("ipc make|own memory|queue|posix|key SECRET | read KIND ID");
  int make = strcmp(argv[1], "make") == 0, own = strcmp(argv[1], "own") == 0;
  if (strcmp(argv[2], "memory") == 0)
    return make ? make_memory(argv[3]) : own ? own_memory(argv[3]) : read_memory(atoi(argv[3]));
  if (strcmp(argv[2], "queue") == 0)
    return make ? make_queue(argv[3]) : own ? own_queue(argv[3]) : read_queue(atoi(argv[3]));
  if (strcmp(argv[2], "key") == 0)
    return make ? make_key(argv[3]) : own ? own_key(argv[3]) : read_key(argv[3]);
  if (strcmp(argv[2], "posix") == 0)
    return make || own ? make_posix(argv[3], own) : read_posix(argv[3]);
  return usage("ipc: memory, queue, posix or key");
}
