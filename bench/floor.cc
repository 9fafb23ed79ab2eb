// SPDX-License-Identifier: Apache-2.0
// Attaches the named programs of floor.bpf.o and holds them until standard input ends or a signal
// comes. Prints "ready" when they are attached. usage: bench_floor OBJECT PROGRAM...
#include <bpf/libbpf.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

constexpr const char* kTracefs = "/sys/kernel/tracing";

int Fail(const char* what, const char* object, int error) {
  std::fprintf(stderr, "bench_floor: %s %s: %s\n", what, object, std::strerror(error));
  return 1;
}

// libbpf reads the id of a classic tracepoint from tracefs, which is not mounted everywhere.
// Mounted in a mount namespace of our own: the host's table stays as it was.
bool OwnTracefs() {
  if (access("/sys/kernel/tracing/events", F_OK) == 0) return true;
  return unshare(CLONE_NEWNS) == 0 &&
         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tracefs", kTracefs, "tracefs", 0, nullptr) == 0;
}

bool Wanted(const bpf_program* program, int argc, char** argv) {
  const std::string_view name = bpf_program__name(program);
  for (int i = 2; i < argc; ++i) {
    if (name == argv[i]) return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return Fail("usage:", "bench_floor OBJECT PROGRAM...", EINVAL);
  if (!OwnTracefs()) return Fail("mount tracefs at", kTracefs, errno);
  bpf_object* object = bpf_object__open(argv[1]);
  if (object == nullptr) return Fail("open", argv[1], errno);
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    bpf_program__set_autoload(program, Wanted(program, argc, argv));
  }
  if (bpf_object__load(object) != 0) return Fail("load", argv[1], errno);
  int attached = 0;
  bpf_object__for_each_program(program, object) {
    if (!Wanted(program, argc, argv)) continue;
    if (bpf_program__attach(program) == nullptr)
      return Fail("attach", bpf_program__name(program), errno);
    ++attached;
  }
  if (attached != argc - 2) return Fail("find the programs in", argv[1], ENOENT);
  std::puts("ready");
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;  // the kernel detaches with the last descriptor
}
