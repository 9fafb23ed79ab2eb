/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings code into a container that its image did not have, and runs it: a copy of this program
 * made at run time, started or mapped by many roads. What runs at the end holds until its input
 * ends, so that the host can look what it is.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "drill/attacks/attack.h"

extern char** environ;

/* Leaves no descriptor open for writing: such a file cannot be executed. */
static int copied(int to) {
  int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  struct stat size;
  if (from < 0 || to < 0 || fstat(from, &size) < 0) return -1;
  for (off_t left = size.st_size; left > 0;) {
    ssize_t moved = sendfile(to, from, NULL, (size_t)left);
    if (moved <= 0) return -1;
    left -= moved;
  }
  close(from);
  return 0;
}

static int copy_to(const char* path) {
  int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
  int result = copied(to);
  if (to >= 0) close(to);
  return result;
}

static int run(const char* path) {
  char* words[] = {"attack", "hold", NULL};
  execve(path, words, environ);
  return refused();
}

static int run_descriptor(int fd, int flags) {
  char* words[] = {"attack", "hold", NULL};
  syscall(SYS_execveat, fd, "", words, environ, AT_EMPTY_PATH | flags);
  return refused();
}

static int by_memory(void) {
  int memory = memfd_create("drift", MFD_CLOEXEC);
  return copied(memory) < 0 ? refused() : run_descriptor(memory, 0);
}

static int by_memory_path(void) {
  int memory = memfd_create("drift", 0);
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
  return copied(memory) < 0 ? refused() : run(path);
}

static int by_nameless(const char* directory) {
  int file = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0755);
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
  if (copied(file) < 0) return refused();
  int again = open(path, O_RDONLY | O_CLOEXEC);
  close(file);
  return run_descriptor(again, 0);
}

static int by_script(const char* path) {
  char script[4096];
  snprintf(script, sizeof(script), "%s.sh", path);
  if (copy_to(path) < 0) return refused();
  int file = open(script, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
  if (file < 0 || dprintf(file, "#!%s hold\n", path) < 0) return refused();
  close(file);
  /* The interpreter gets the name of the script as a word after "hold". */
  char* words[] = {script, NULL};
  execve(script, words, environ);
  return refused();
}

/* The loader's trick: the file is never executed, only mapped so that it could be. */
static int by_map(const char* path, int later) {
  if (copy_to(path) < 0) return refused();
  int file = open(path, O_RDONLY | O_CLOEXEC);
  void* code =
      file < 0 ? MAP_FAILED
               : mmap(NULL, 4096, later ? PROT_READ : PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
  if (code == MAP_FAILED) return refused();
  return finish(later ? mprotect(code, 4096, PROT_READ | PROT_EXEC) : 0);
}

int attack_drift(int argc, char** argv) {
  const char* road = argc > 1 ? argv[1] : "";
  const char* path = argc > 2 ? argv[2] : "/tmp/brought";
  if (strcmp(road, "memory") == 0) return by_memory();
  if (strcmp(road, "memory_path") == 0) return by_memory_path();
  if (strcmp(road, "copy") == 0) return copy_to(path) < 0 ? refused() : run(path);
  if (strcmp(road, "copy_descriptor") == 0)
    return copy_to(path) < 0 ? refused() : run_descriptor(open(path, O_PATH | O_CLOEXEC), 0);
  if (strcmp(road, "nameless") == 0) return by_nameless(path);
  if (strcmp(road, "script") == 0) return by_script(path);
  if (strcmp(road, "map") == 0) return by_map(path, 0);
  if (strcmp(road, "map_later") == 0) return by_map(path, 1);
  if (strcmp(road, "image") == 0) return run("/proc/self/exe"); /* what the image brought */
  return usage(
      "drift memory|memory_path|image | copy|copy_descriptor|script|map|map_later PATH |"
      " nameless DIRECTORY");
}
