// SPDX-License-Identifier: Apache-2.0
// The operations under measurement. Linked statically, so that the same file runs on the host and
// in a container without a C library, and free of brig's own code. One JSON line on stdout is the
// answer.
//
//   bench_loops getppid|open|rw|forkexec --ms 500 --slices 10   CPU ns per operation, one value per
//   slice bench_loops around --server PID -- CMD...                   CPU of CMD and of a running
//   server meanwhile bench_loops trigger module|read PATH|write PATH             one suspicious
//   act, and when it was made bench_loops true                                            exits:
//   the program that forkexec starts
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kBatch = 32;  // operations between two looks at the clock
constexpr int kWallPerCpu =
    20;  // a slice gives up when the machine leaves it less than 1/20 of a core
constexpr std::size_t kTransfer = 64;

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "bench_loops: %s: %s\n", what, std::strerror(errno));
  std::exit(2);
}

std::int64_t Now(clockid_t clock) {
  timespec ts{};
  if (clock_gettime(clock, &ts) != 0) Die("clock_gettime");
  return ts.tv_sec * 1'000'000'000LL + ts.tv_nsec;
}

std::int64_t ChildrenCpuNs() {
  rusage usage{};
  if (getrusage(RUSAGE_CHILDREN, &usage) != 0) Die("getrusage");
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000'000LL +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1'000LL;
}

std::int64_t CpuNs() { return Now(CLOCK_PROCESS_CPUTIME_ID) + ChildrenCpuNs(); }

void PinTo(int cpu) {
  if (cpu < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) Die("sched_setaffinity");
}

class Operation {
 public:
  explicit Operation(std::string_view name) : name_(name) {
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0) Die("readlink /proc/self/exe");
    self_.assign(path, static_cast<std::size_t>(length));
    if (pipe(pipe_) != 0) Die("pipe");
  }

  bool Known() const {
    return name_ == "getppid" || name_ == "open" || name_ == "rw" || name_ == "forkexec";
  }

  void RunBatch() {
    if (name_ == "getppid") {
      for (int i = 0; i < kBatch; ++i) syscall(SYS_getppid);
    } else if (name_ == "open") {
      for (int i = 0; i < kBatch; ++i) OpenAndClose();
    } else if (name_ == "rw") {
      for (int i = 0; i < kBatch; ++i) WriteAndRead();
    } else {
      for (int i = 0; i < kBatch; ++i) ForkAndExec();
    }
  }

 private:
  static void OpenAndClose() {
    const int fd = open("bench.dat", O_RDONLY | O_CLOEXEC);
    if (fd < 0) Die("open bench.dat");
    close(fd);
  }

  void WriteAndRead() {
    char buffer[kTransfer] = {};
    if (write(pipe_[1], buffer, sizeof buffer) != kTransfer) Die("write");
    if (read(pipe_[0], buffer, sizeof buffer) != kTransfer) Die("read");
  }

  void ForkAndExec() {
    const pid_t child = fork();
    if (child < 0) Die("fork");
    if (child == 0) {
      char* const argv[] = {self_.data(), const_cast<char*>("true"), nullptr};
      execv(self_.c_str(), argv);
      _exit(127);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) Die("the started program failed");
  }

  std::string_view name_;
  std::string self_;
  int pipe_[2] = {-1, -1};
};

int RunLoop(std::string_view name, std::int64_t ms, int slices) {
  Operation operation(name);
  if (!operation.Known() || ms <= 0 || slices <= 0) return 2;
  operation.RunBatch();  // warm: page faults and caches are not what is measured
  const std::int64_t slice_ns = ms * 1'000'000 / slices;
  std::int64_t total = 0;
  std::string values;
  for (int slice = 0; slice < slices; ++slice) {
    const std::int64_t wall = Now(CLOCK_MONOTONIC);
    const std::int64_t begin = CpuNs();
    std::int64_t used = 0;
    std::int64_t operations = 0;
    do {
      operation.RunBatch();
      operations += kBatch;
      used = CpuNs() - begin;
    } while (used < slice_ns && Now(CLOCK_MONOTONIC) - wall < slice_ns * kWallPerCpu);
    total += operations;
    char text[32];
    std::snprintf(text, sizeof text, "%s%.2f", slice == 0 ? "" : ",",
                  static_cast<double>(used) / static_cast<double>(operations));
    values += text;
  }
  std::printf("{\"operations\":%" PRId64 ",\"slices_ns\":[%s]}\n", total, values.c_str());
  return 0;
}

// CPU time of every thread that PID has now; a thread that ended meanwhile would be missed, and the
// servers measured here keep theirs.
std::int64_t ServerCpuNs(int pid) {
  if (pid <= 0) return 0;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task/";
  DIR* directory = opendir(tasks.c_str());
  if (directory == nullptr) Die(tasks.c_str());
  std::int64_t total = 0;
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    FILE* file = std::fopen((tasks + entry->d_name + "/schedstat").c_str(), "re");
    std::int64_t ns = 0;
    if (file == nullptr || std::fscanf(file, "%" SCNd64, &ns) != 1) Die("read schedstat");
    std::fclose(file);
    total += ns;
  }
  closedir(directory);
  return total;
}

int RunAround(int server, char** command) {
  const std::int64_t wall = Now(CLOCK_MONOTONIC);
  const std::int64_t server_before = ServerCpuNs(server);
  const pid_t child = fork();
  if (child < 0) Die("fork");
  if (child == 0) {
    execvp(command[0], command);
    _exit(127);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) Die("waitpid");
  std::printf("{\"status\":%d,\"client_ns\":%" PRId64 ",\"server_ns\":%" PRId64
              ",\"wall_ns\":%" PRId64 "}\n",
              WIFEXITED(status) ? WEXITSTATUS(status) : 128, ChildrenCpuNs(),
              ServerCpuNs(server) - server_before, Now(CLOCK_MONOTONIC) - wall);
  return 0;
}

int RunTrigger(std::string_view what, const char* path) {
  const bool write_it = what == "write";
  if (what != "module" && ((what != "read" && !write_it) || path == nullptr)) return 2;
  const std::int64_t boot_ns = Now(CLOCK_BOOTTIME);
  int error = 0;
  if (what == "module") {
    // An empty image: refused for a missing capability first, as malformed otherwise. Never loads.
    if (syscall(SYS_init_module, "", 0, "") != 0) error = errno;
  } else {
    // Opened, and nothing more: what is opened for writing stays as it was.
    const int fd = open(path, (write_it ? O_WRONLY : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) error = errno;
    if (fd >= 0) close(fd);
  }
  std::printf("{\"boot_ns\":%" PRId64 ",\"errno\":%d}\n", boot_ns, error);
  return 0;
}

int Usage() {
  std::fputs("usage: bench_loops getppid|open|rw|forkexec|around|trigger|true ...\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return Usage();
  const std::string_view what = argv[1];
  if (what == "true") return 0;
  if (what == "trigger")
    return argc > 2 ? RunTrigger(argv[2], argc > 3 ? argv[3] : nullptr) : Usage();
  std::int64_t ms = 500;
  int slices = 10;
  int cpu = -1;
  int server = 0;
  int next = 2;
  for (; next + 1 < argc && std::string_view(argv[next]) != "--"; next += 2) {
    const std::string_view flag = argv[next];
    const std::string_view text = argv[next + 1];
    int value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ptr != text.end()) {
      return Usage();
    }
    if (flag == "--ms")
      ms = value;
    else if (flag == "--slices")
      slices = value;
    else if (flag == "--cpu")
      cpu = value;
    else if (flag == "--server")
      server = value;
    else
      return Usage();
  }
  PinTo(cpu);
  if (what != "around") return RunLoop(what, ms, slices) == 0 ? 0 : Usage();
  return next + 1 < argc ? RunAround(server, argv + next + 1) : Usage();
}
