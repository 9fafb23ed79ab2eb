// SPDX-License-Identifier: Apache-2.0
#include "agent/canary.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "agent/confine.h"
#include "agent/handles.h"
#include "agent/proof_book.h"
#include "base/log.h"
#include "sensor/canaries.h"

namespace brig::agent {
namespace {

// Makes children, and does what they are to be refused.
constexpr std::string_view kCalls[] = {"bpf",    "clone",      "fork",     "set_robust_list",
                                       "wait4",  "openat",     "socket",   "connect",
                                       "fchmod", "pidfd_open", "execveat", "pidfd_send_signal",
                                       "shmget", "shmat",      "shmdt",    "shmctl"};

constexpr std::int64_t kFirst = kSecond;      // the reader has told the kernel programs by then
constexpr std::int64_t kAgain = 2 * kSecond;  // what was not proven is tried once more
constexpr std::size_t kPageBytes = 4096;

// What the acts need; everything they do, they do to brig's own.
struct Stage {
  std::string state_lock, socket;
  int target = -1;     // a pidfd of the warden
  int file = -1;       // in memory, executable
  int* shm = nullptr;  // the neighbour's shared memory: its number, in memory that children share
};

// The error of the call; 0 when it went through, which leaves nothing behind.
int Open(const char* path, int flags) {
  const int fd = ::open(path, flags | O_CLOEXEC);
  return fd >= 0 ? 0 : errno;
}

int Files(const Stage& stage) { return Open(stage.state_lock.c_str(), O_RDONLY); }
int Devices(const Stage&) { return Open("/dev/kmsg", O_WRONLY); }
int Namespaces(const Stage&) { return Open("/proc/self/ns/net", O_RDONLY); }
int Credentials(const Stage&) { return Open("/proc/self/status", O_RDONLY); }
int Kernel(const Stage&) { return Open("/proc/kcore", O_RDONLY); }

int Processes(const Stage& stage) {
  return ::syscall(SYS_pidfd_send_signal, stage.target, SIGCONT, nullptr, 0) == 0 ? 0 : errno;
}

int Doors(const Stage& stage) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, stage.socket.c_str(), sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0
                                                                                         : errno;
}

// The file is empty, so no program: whoever comes to know that was let through.
int Image(const Stage& stage) {
  char name[] = "canary";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  ::syscall(SYS_execveat, stage.file, "", arguments, environment, AT_EMPTY_PATH);
  return errno == ENOEXEC ? 0 : errno;
}

// shmat's answer to a failure.
bool IsNowhere(const void* memory) { return std::bit_cast<std::intptr_t>(memory) == -1; }

int Neighbours(const Stage& stage) {
  return IsNowhere(::shmat(*stage.shm, nullptr, SHM_RDONLY)) ? errno : 0;
}

int Leavings(const Stage& stage) {
  if (::fchmod(stage.file, 04755) != 0) return errno;
  (void)::fchmod(stage.file, 0755);
  return 0;
}

struct Act {
  Invariant invariant;
  int (*act)(const Stage&);
};
constexpr Act kActs[] = {
    {Invariant::kFiles, Files},           {Invariant::kDevices, Devices},
    {Invariant::kNamespaces, Namespaces}, {Invariant::kCredentials, Credentials},
    {Invariant::kProcesses, Processes},   {Invariant::kKernel, Kernel},
    {Invariant::kDoors, Doors},           {Invariant::kImage, Image},
    {Invariant::kNeighbours, Neighbours}, {Invariant::kLeavings, Leavings},
};

class Canary : public Child {
 public:
  Canary(Start& start, Loop& loop, sensor::Handles handles, Stage stage)
      : Child(start, loop), handles_(std::move(handles)), stage_(std::move(stage)) {
    for (const Act& each : kActs) proofs_.push_back({.invariant = each.invariant});
    loop.After(kFirst, [this] { Round(); });
    loop.Every(kCanaryInterval, [this] { Round(); });
  }

 private:
  void Round() {
    TryAll(false);
    const bool proven = std::ranges::all_of(proofs_, &Proof::proven);
    if (proven) return Send();
    loop().After(kAgain, [this] {
      TryAll(true);
      Send();
    });
  }

  // All of them, or those that failed the last time.
  void TryAll(bool again) {
    for (std::size_t i = 0; i < proofs_.size(); ++i) {
      if (again && proofs_[i].proven) continue;
      const auto saw = Try(kActs[i]);
      if (saw) {
        proofs_[i] = Judge(proofs_[i], *saw, SystemClock().WallNs());
      } else {
        proofs_[i].proven = false;
        proofs_[i].reason = saw.error().message;
      }
    }
  }

  Result<Witnesses> Try(const Act& act) {
    const bool neighbours = act.invariant == Invariant::kNeighbours;
    const void* held = nullptr;
    if (neighbours) {
      BRIG_ASSIGN(held, MakeNeighbour());
    }
    BRIG_ASSIGN(const auto before, sensor::ReadCanary(handles_, act.invariant));
    const auto kind = act.invariant == Invariant::kCredentials ? sensor::CanaryKind::kOtherUser
                                                               : sensor::CanaryKind::kCanary;
    const auto status = InChild(kind, act.invariant, [&] { return act.act(stage_); });
    if (held != nullptr) ::shmdt(held);
    if (!status) return std::unexpected(status.error());
    BRIG_ASSIGN(const auto after, sensor::ReadCanary(handles_, act.invariant));
    return Witnesses{.error = WIFEXITED(*status) ? WEXITSTATUS(*status) : 0,
                     .signal = WIFSIGNALED(*status) ? WTERMSIG(*status) : 0,
                     .guard = after.refused - before.refused,
                     .tracer = after.seen - before.seen};
  }

  // Shared memory that another container has made. It is held here and marked for removal, so that
  // it goes whatever happens.
  Result<const void*> MakeNeighbour() {
    *stage_.shm = -1;
    BRIG_TRY(InChild(sensor::CanaryKind::kNeighbour, Invariant::kNeighbours, [this] {
      *stage_.shm = ::shmget(IPC_PRIVATE, kPageBytes, IPC_CREAT | 0600);
      return 0;
    }));
    if (*stage_.shm < 0) return Fail(ErrorCode::kUnavailable, "no shared memory can be made");
    const void* held = ::shmat(*stage_.shm, nullptr, SHM_RDONLY);
    ::shmctl(*stage_.shm, IPC_RMID, nullptr);
    if (IsNowhere(held)) return FailErrno("hold shared memory");
    return held;
  }

  // The wait status of a child that did only this.
  template <class Act>
  Result<int> InChild(sensor::CanaryKind kind, Invariant invariant, Act act) {
    const auto own = static_cast<std::uint32_t>(::getpid());
    BRIG_TRY(sensor::WriteCanaryTask(handles_, own, kind, invariant));
    const pid_t child = ::fork();
    if (child == 0) ::_exit(act());
    if (child < 0) return FailErrno("make a canary");
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return FailErrno("wait for a canary");
    BRIG_TRY(sensor::WriteCanaryTask(handles_, own, sensor::CanaryKind::kNone, invariant));
    return status;
  }

  void Send() {
    tried_ = true;
    SendTo(Role::kEngine);
    SendTo(Role::kScribe);
  }

  void SendTo(Role role) {
    if (peer(role) != nullptr) peer(role)->Send(Message::kProofs, Proofs{proofs_});
  }

  void OnPeer(Role role) override {
    if (tried_) SendTo(role);
  }
  void OnStop(const std::string&) override { Exit(0); }

  sensor::Handles handles_;
  Stage stage_;
  std::vector<Proof> proofs_;
  bool tried_ = false;
};

Result<Stage> MakeStage(const Start& start) {
  Stage stage{.state_lock = start.setup.options.state + "/lock",
              .socket = start.setup.options.SocketPath(),
              .file = start.HandleFor(HandleUse::kMemory)};
  stage.target = static_cast<int>(::syscall(SYS_pidfd_open, start.setup.warden_pid, 0));
  if (stage.target < 0) return FailErrno("hold the warden");
  void* shared =
      ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return FailErrno("share memory");
  stage.shm = static_cast<int*>(shared);
  return stage;
}

}  // namespace

int RunCanary(Start start) {
  // Root, so that no other right than the guard's stands in the way of its acts, but without any
  // capability.
  auto step = DropPrivileges({});
  if (step) step = CloseOtherHandles(start.AllHandles());
  auto stage = MakeStage(start);
  sensor::Handles handles = TakeHandles(start);
  auto loop = Loop::Make();
  LogDebug("starts");
  if (step) step = AllowSystemCalls(kCalls);
  if (!step) return Refuse(start, Trouble::kFatal, step.error());
  if (!stage) return Refuse(start, Trouble::kFatal, stage.error());
  if (!loop) return Refuse(start, Trouble::kFatal, loop.error());
  return Canary(start, *loop, std::move(handles), *std::move(stage)).Run();
}

}  // namespace brig::agent
