// SPDX-License-Identifier: Apache-2.0
#include "agent/warden.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <deque>
#include <iterator>

#include "agent/child.h"
#include "agent/confine.h"
#include "agent/family.h"
#include "agent/prepare.h"
#include "base/file.h"
#include "base/log.h"
#include "ledger/writer.h"
#include "sensor/loader.h"
#include "sensor/pins.h"

namespace brig::agent {
namespace {

// A filter is inherited, so this is the union of what all children start with and need, and of what
// it takes to make them. Absent, so nobody under the warden can do it again: tracing, mounting,
// namespaces, modules, loading BPF programs, perf, io_uring, keys, clocks.
constexpr auto kCalls = std::to_array<std::string_view>(
    {// Making children.
     "fork", "vfork", "clone", "clone3", "execveat", "setsid", "dup2", "close_range", "socketpair",
     "pidfd_open", "pidfd_send_signal", "waitid", "wait4",
     // What a program start does.
     "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "setrlimit",
     "getrlimit", "access", "openat", "newfstatat", "stat", "readlink", "readlinkat", "uname",
     "sysinfo", "sched_getaffinity", "getuid", "geteuid", "getgid", "getegid", "mprotect",
     "getppid", "ioctl",
     // What a child does to confine itself.
     "chdir", "chroot", "setgroups", "setresuid", "setresgid", "capget", "capset", "prctl",
     "seccomp", "epoll_create1", "dup", "dup3", "bpf",
     // Reader and courier.
     "socket", "connect", "accept4", "shutdown", "getsockopt", "setsockopt", "getdents64", "statx",
     "readv", "inotify_init1", "inotify_add_watch", "inotify_rm_watch", "statfs", "fstatfs",
     "lstat", "openat2", "faccessat", "faccessat2", "mincore", "fadvise64",
     // Scribe and signer.
     "pwrite64", "pwritev", "preadv", "fallocate", "ftruncate", "fsync", "fdatasync", "flock",
     "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "fchmod",
     "umask",
     // Canary: what it is to be refused.
     "shmget", "shmat", "shmdt", "shmctl"});

// For itself: to signal children of another user. For children: to shut themselves in and drop the
// rest, and the reader's right to look into everybody's directories.
constexpr std::uint64_t kCapabilities =
    CapabilityBit(CAP_KILL) | CapabilityBit(CAP_SETUID) | CapabilityBit(CAP_SETGID) |
    CapabilityBit(CAP_SETPCAP) | CapabilityBit(CAP_SYS_CHROOT) | CapabilityBit(CAP_SYS_PTRACE) |
    CapabilityBit(CAP_DAC_READ_SEARCH);

constexpr std::int64_t kStopPatience = 12 * kSecond;
constexpr std::size_t kMaxNotices = 10'000;  // that wait for the scribe

// The engine reads the rings and the counters; the reader reads what is born and writes what the
// programs are to know; the canary has two maps of its own.
bool NeedsHandle(Role role, const Handle& handle) {
  if (role == Role::kEngine) {
    return handle.use == HandleUse::kProgram || handle.name == "critical" ||
           handle.name == "telemetry" || handle.name == "counters";
  }
  const bool canary = handle.name == "canary_task" || handle.name == "canaries";
  if (canary || role == Role::kCanary) return canary && role == Role::kCanary;
  if (role != Role::kReader || handle.use == HandleUse::kLink) return false;
  return handle.name != "critical" && handle.name != "telemetry";
}

class Warden {
 public:
  Warden(const Options& options, Prepared prepared, Loop& loop, UniqueFd program)
      : options_(options),
        prepared_(std::move(prepared)),
        loop_(loop),
        program_(std::move(program)),
        family_(
            loop, program_.get(),
            {.setup = [this](Role role, auto& handles) { return MakeSetup(role, handles); },
             .started = [](Role role, pid_t pid) { LogInfo("{} runs, pid={}", NameOf(role), pid); },
             .message = [this](Role role, ControlMessage m) { return Take(role, std::move(m)); },
             .died = [this](Role role, pid_t pid,
                            const std::string& how) { HandleDeath(role, pid, how); }}) {
    loop_.Every(2 * kSecond, [this] { TellEngine(); });
  }

  // Does the guard stay for the next brigd? (SIGUSR2)
  [[nodiscard]] bool hands_over() const { return hands_over_; }

  int Run(int signals) {
    auto step =
        loop_.Add(signals, EPOLLIN, [this, signals](std::uint32_t) { TakeSignal(signals); });
    const Policy& policy = options_.policy;
    Note("start", fmt::format("brig started on {}, {}", options_.node,
                              policy.path.empty() ? "without a policy file"
                                                  : fmt::format("policy {} (SHA-256 {})",
                                                                policy.path, policy.digest)));
    if (step) step = family_.Start(Role::kSigner);
    if (step) step = family_.Start(Role::kScribe);
    if (step) step = loop_.Run();
    if (step) return exit_code_;
    LogError("{}", step.error().message);
    return 2;
  }

 private:
  Setup MakeSetup(Role role, std::vector<int>& handles);
  bool Take(Role role, ControlMessage message);
  void ScribeReady(const Ready& ready);
  bool TakeLoaded(ControlMessage message);
  void StartRest();
  void HandleDeath(Role role, pid_t pid, const std::string& how);
  void TakeSignal(int signals);
  void Fail(const std::string& why);
  void StopAll(const std::string& why);
  void Note(const std::string& what, const std::string& text);
  void SendNotices();
  void TellEngine();

  Options options_;
  Prepared prepared_;
  Loop& loop_;
  UniqueFd program_;
  Family family_;
  std::vector<Program> programs_;
  NamespaceSet host_;            // as the loader found it
  std::vector<Handle> handles_;  // of the kernel programs and maps
  std::vector<UniqueFd> handle_fds_;
  std::string set_aside_;
  std::int64_t started_wall_ns_ = SystemClock().WallNs();
  std::deque<NumberedNotice> notices_;  // not yet durable
  std::uint64_t next_notice_ = 1;
  std::uint64_t notices_sent_ = 0;  // the highest number that this scribe got
  bool scribe_ready_ = false;
  bool loader_started_ = false;
  bool hands_over_ = false;
  bool running_ = false;        // everything was started once
  bool engine_worked_ = false;  // so that what it was given is sound, its rules too
  bool stopping_ = false;
  int exit_code_ = 0;
};

Setup Warden::MakeSetup(Role role, std::vector<int>& handles) {
  Setup setup;
  setup.options = options_;
  setup.user = prepared_.user;
  setup.group = prepared_.group;
  setup.warden_pid = static_cast<std::uint32_t>(::getpid());
  setup.started_wall_ns = started_wall_ns_;
  if (role != Role::kEngine) setup.options.policy.clauses.clear();
  if (role == Role::kScribe) {
    setup.ledger_set_aside = set_aside_;
    notices_sent_ = 0;
    scribe_ready_ = false;
  }
  if (role == Role::kCourier) {
    setup.handles.push_back({HandleUse::kListener, ""});
    handles.push_back(prepared_.listener.get());
  }
  if (role == Role::kReader && prepared_.memory) {
    setup.handles.push_back({HandleUse::kMemory, ""});
    handles.push_back(prepared_.memory.get());
  }
  if (role == Role::kCanary && prepared_.canary_file) {
    setup.handles.push_back({HandleUse::kMemory, ""});
    handles.push_back(prepared_.canary_file.get());
  }
  if (role == Role::kEngine && prepared_.rules) {
    setup.handles.push_back({HandleUse::kRules, ""});
    handles.push_back(prepared_.rules.get());
  }
  if (role == Role::kEngine) {
    setup.notes = prepared_.notes;
    setup.host = host_;
  }
  if (role == Role::kEngine || role == Role::kReader) setup.programs = programs_;
  for (std::size_t i = 0; i < handles_.size(); ++i) {
    if (!NeedsHandle(role, handles_[i])) continue;
    setup.handles.push_back(handles_[i]);
    handles.push_back(handle_fds_[i].get());
  }
  return setup;
}

bool Warden::Take(Role role, ControlMessage message) {
  const ByteView body = AsBytes(message.body);
  if (message.message == Message::kReady) {
    const auto ready = DecodeBody<Ready>(body);
    if (!ready) return false;
    if (role == Role::kScribe) {
      ScribeReady(*ready);
    } else if (role == Role::kEngine && ready->trouble == Trouble::kNone) {
      engine_worked_ = true;
    } else if (ready->trouble == Trouble::kFatal &&
               (!running_ || (role == Role::kEngine && !engine_worked_))) {
      Fail(fmt::format("{}: {}", NameOf(role), ready->text));
    }
    return true;
  }
  if (message.message == Message::kLoaded) return TakeLoaded(std::move(message));
  if (message.message == Message::kSettled) {
    sensor::UnpinOlder(sensor::PinDirectory(options_.run));
    return true;
  }
  const auto kept = DecodeBody<Number>(body);
  if (!kept) return false;
  while (!notices_.empty() && notices_.front().number <= kept->number) notices_.pop_front();
  return true;
}

void Warden::ScribeReady(const Ready& ready) {
  if (ready.trouble == Trouble::kLedgerDamaged) {
    // Watching goes on with a new ledger, under a new key: the old key must not contradict itself.
    const auto aside = ledger::SetAside(options_.LedgerDirectory());
    if (!aside) return Fail(fmt::format("set the damaged ledger aside: {}", aside.error().message));
    const std::string signer = options_.SignerDirectory();
    const std::string mark = aside->substr(options_.LedgerDirectory().size());
    if (::rename(signer.c_str(), (signer + mark).c_str()) != 0)
      return Fail(fmt::format("set {} aside: {}", signer, ::strerror(errno)));
    set_aside_ = *aside;
    LogError("the ledger was damaged ({}); it is kept as {}, a new one begins", ready.text, *aside);
    const auto made = MakeLedgerDirectories(options_, prepared_.group);
    if (!made) return Fail(made.error().message);
    family_.Kill(Role::kSigner, "a new ledger needs a new key");
    return;
  }
  if (ready.trouble == Trouble::kFatal) {
    if (!running_) Fail(ready.text);
    return;
  }
  scribe_ready_ = true;
  set_aside_.clear();
  SendNotices();
  if (loader_started_ || stopping_) return;
  loader_started_ = true;
  const auto started = family_.Start(Role::kLoader);
  if (!started) Fail(started.error().message);
}

bool Warden::TakeLoaded(ControlMessage message) {
  auto loaded = DecodeBody<Loaded>(AsBytes(message.body));
  if (!loaded || loaded->handles.size() != message.handles.size()) return false;
  std::ranges::move(loaded->handles, std::back_inserter(handles_));
  std::ranges::move(message.handles, std::back_inserter(handle_fds_));
  std::ranges::move(loaded->programs, std::back_inserter(programs_));
  std::ranges::move(loaded->notes, std::back_inserter(prepared_.notes));
  if (loaded->host.mount != 0) host_ = loaded->host;
  if (loaded->last) StartRest();
  return true;
}

void Warden::StartRest() {
  if (running_ || stopping_) return;
  // Nothing is loaded after this: the rights to do so go.
  auto step = DropPrivileges({.capabilities = kCapabilities, .effective = CapabilityBit(CAP_KILL)});
  if (step) step = AllowSystemCalls(kCalls, /*may_load_code=*/true);
  if (step) step = family_.Start(Role::kEngine);
  if (step) step = family_.Start(Role::kReader);
  if (step) step = family_.Start(Role::kCourier);
  if (step && sensor::GuardAttached(programs_)) step = family_.Start(Role::kCanary);
  if (!step) return Fail(step.error().message);
  running_ = true;
  std::size_t attached = 0;
  for (const Program& program : programs_) attached += program.attached ? 1 : 0;
  LogInfo("brig watches, programs={}/{} socket={}", attached, programs_.size(),
          options_.SocketPath());
}

void Warden::HandleDeath(Role role, pid_t pid, const std::string& how) {
  if (role == Role::kScribe) scribe_ready_ = false;
  if (stopping_) {
    if (family_.Empty()) loop_.Stop();
    return;
  }
  if (role == Role::kLoader) {
    if (!running_) Fail(fmt::format("loader {}", how));
    return;
  }
  const std::string text =
      fmt::format("{} (pid {}) {}; it is started again", NameOf(role), pid, how);
  LogWarn("{}", text);
  Note("process_died", text);
  family_.StartLater(role);
}

void Warden::Note(const std::string& what, const std::string& text) {
  if (notices_.size() >= kMaxNotices) return;
  notices_.push_back({next_notice_++, Notice{SystemClock().WallNs(), what, text}});
  SendNotices();
}

void Warden::SendNotices() {
  if (!scribe_ready_) return;
  for (const NumberedNotice& notice : notices_) {
    if (notice.number <= notices_sent_) continue;
    if (!family_.Send(Role::kScribe, Message::kNotice, notice)) return;
    notices_sent_ = notice.number;
  }
}

void Warden::TellEngine() {
  SendNotices();
  if (!running_) return;
  Processes message{.processes = family_.Statuses(), .notes = {}};
  const auto statm = ReadFile("/proc/self/statm", 128);
  ProcessStatus own{.role = "warden", .pid = static_cast<std::uint32_t>(::getpid())};
  if (statm) own.resident_bytes = ResidentBytes(*statm);
  message.processes.insert(message.processes.begin(), own);
  (void)family_.Send(Role::kEngine, Message::kProcesses, message);
}

void Warden::TakeSignal(int signals) {
  signalfd_siginfo info{};
  if (::read(signals, &info, sizeof info) != sizeof info) return;
  const int signal = static_cast<int>(info.ssi_signo);
  hands_over_ = signal == SIGUSR2;
  StopAll(fmt::format("{} by SIG{} from pid {}", hands_over_ ? "handed over" : "stopped",
                      ::sigabbrev_np(signal), info.ssi_pid));
}

void Warden::Fail(const std::string& why) {
  if (stopping_) return;
  LogError("{}", why);
  exit_code_ = 2;
  StopAll(why);
}

void Warden::StopAll(const std::string& why) {
  if (stopping_) return;
  stopping_ = true;
  LogInfo("brig stops: {}", why);
  family_.StopAll(why, kStopPatience);
  if (family_.Empty()) loop_.Stop();
}

// Blocked for good, and taken from the descriptor instead; SIGPIPE is an error of write here.
Result<UniqueFd> TakeSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGUSR2);
  ::signal(SIGPIPE, SIG_IGN);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return FailErrno("block signals");
  UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return FailErrno("take signals");
  return fd;
}

int CannotStart(const Error& error) {
  LogError("{}", error.message);
  return 2;
}

}  // namespace

int RunWarden(const Options& options) {
  // Here brigd is whole: it drops privileges and confines itself when the programs are loaded
  // (StartRest).
  const auto host = CheckHost();
  if (!host) return CannotStart(host.error());
  auto prepared = Prepare(options);
  if (!prepared) return CannotStart(prepared.error());
  auto signals = TakeSignals();
  auto program = OpenFile("/proc/self/exe", O_RDONLY);
  auto loop = Loop::Make();
  if (!signals || !program || !loop) return CannotStart({ErrorCode::kInternal, "no handles left"});
  // The kernel's memory killer takes brig last. Not permitted everywhere, and not needed.
  const auto adjust = OpenFile("/proc/self/oom_score_adj", O_WRONLY);
  if (!adjust || !WriteAll(adjust->get(), "-900"))
    prepared->notes.emplace_back(
        "the kernel's memory killer does not spare brig: run it with CAP_SYS_RESOURCE");
  int code = 0;
  {
    Warden warden(options, *std::move(prepared), *loop, *std::move(program));
    code = warden.Run(signals->get());
    // While the locks are still held. A successor takes the kernel programs over.
    CleanUp(options, /*programs=*/!warden.hands_over());
  }
  LogInfo("brig has stopped");
  return code;
}

}  // namespace brig::agent
