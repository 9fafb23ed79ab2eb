// SPDX-License-Identifier: Apache-2.0
// The operations under measurement. Linked statically, so that the same file runs on the host and
// in a container without a C library, and free of brig's own code. One JSON line on stdout is the
// answer.
//
//   bench_loops OPERATION --ms 500 --slices 10   CPU ns per operation, one value per slice
//   bench_loops around --server PID -- CMD...    CPU of CMD and of a running server meanwhile
//   bench_loops trigger module|read PATH|write PATH   one suspicious act, and when it was made
//   bench_loops true                             exits: the program that forkexec starts
//   bench_loops chain N                          executes itself N times more: for exec
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
#include <utility>

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
  explicit Operation(std::string_view name) : run_(Find(name)) {
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0) Die("readlink /proc/self/exe");
    self_.assign(path, static_cast<std::size_t>(length));
    if (pipe(pipe_) != 0) Die("pipe");
    if (name == "mmap") file_ = open("bench.dat", O_RDONLY | O_CLOEXEC);
    if (name == "connect") Listen();
  }

  bool Known() const { return run_ != nullptr; }

  void RunBatch() {
    if (run_ == &Operation::Exec) return Exec();  // it is a whole batch
    for (int i = 0; i < kBatch; ++i) (this->*run_)();
  }

 private:
  using Run = void (Operation::*)();
  static Run Find(std::string_view name);

  void GetParent() { syscall(SYS_getppid); }

  void OpenAndClose() {
    const int fd = open("bench.dat", O_RDONLY | O_CLOEXEC);
    if (fd < 0) Die("open bench.dat");
    close(fd);
  }

  void WriteAndRead() {
    char buffer[kTransfer] = {};
    if (write(pipe_[1], buffer, sizeof buffer) != kTransfer) Die("write");
    if (read(pipe_[0], buffer, sizeof buffer) != kTransfer) Die("read");
  }

  void Stat() {
    struct stat status{};
    if (stat("bench.dat", &status) != 0) Die("stat bench.dat");
  }

  void Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) Die("pipe2");
    close(ends[0]);
    close(ends[1]);
  }

  void MapAndUnmap() {
    void* const at = mmap(nullptr, kTransfer, PROT_READ, MAP_PRIVATE, file_, 0);
    if (at == MAP_FAILED) Die("mmap bench.dat");
    munmap(at, kTransfer);
  }

  void Listen() {
    server_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address_;
    auto* const address = reinterpret_cast<sockaddr*>(&address_);
    if (bind(server_, address, length) != 0 || listen(server_, kBatch) != 0 ||
        getsockname(server_, address, &length) != 0) {
      Die("listen on loopback");
    }
  }

  // Closed by a reset, or the loop would run out of ports.
  void Connect() {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(client, reinterpret_cast<sockaddr*>(&address_), sizeof address_) != 0) {
      Die("connect to loopback");
    }
    const linger reset{.l_onoff = 1, .l_linger = 0};
    setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(client);
    close(accept4(server_, nullptr, nullptr, SOCK_CLOEXEC));
  }

  void Fork() { Start(nullptr, nullptr); }
  void ForkAndExec() { Start("true", nullptr); }
  // One fork for a batch of programs, each started by the one before.
  void Exec() { Start("chain", std::to_string(kBatch - 1).c_str()); }

  void Start(const char* what, const char* argument) {
    const pid_t child = fork();
    if (child < 0) Die("fork");
    if (child == 0) {
      char* const argv[] = {self_.data(), const_cast<char*>(what), const_cast<char*>(argument),
                            nullptr};
      if (what == nullptr) _exit(0);
      execv(self_.c_str(), argv);
      _exit(127);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) Die("the started program failed");
  }

  Run run_;
  std::string self_;
  int pipe_[2] = {-1, -1};
  int file_ = -1;
  int server_ = -1;
  sockaddr_in address_{};
};

Operation::Run Operation::Find(std::string_view name) {
  static constexpr std::pair<std::string_view, Run> kOperations[] = {
      {"getppid", &Operation::GetParent}, {"open", &Operation::OpenAndClose},
      {"rw", &Operation::WriteAndRead},   {"stat", &Operation::Stat},
      {"pipe", &Operation::Pipe},         {"mmap", &Operation::MapAndUnmap},
      {"connect", &Operation::Connect},   {"fork", &Operation::Fork},
      {"exec", &Operation::Exec},         {"forkexec", &Operation::ForkAndExec},
  };
  for (const auto& [known, run] : kOperations) {
    if (known == name) return run;
  }
  return nullptr;
}

// Executes this program again, `left` times in all.
int RunChain(char** argv, std::string_view left) {
  int count = 0;
  std::from_chars(left.data(), left.data() + left.size(), count);
  if (count <= 0) return 0;
  std::string next = std::to_string(count - 1);
  char* const words[] = {argv[0], argv[1], next.data(), nullptr};
  execv(argv[0], words);
  return 127;
}

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
  std::fputs("usage: bench_loops OPERATION|around|trigger|true|chain ...\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return Usage();
  const std::string_view what = argv[1];
  if (what == "true") return 0;
  if (what == "chain" && argc > 2) return RunChain(argv, argv[2]);
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
