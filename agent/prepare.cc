// SPDX-License-Identifier: Apache-2.0
#include "agent/prepare.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "agent/rule_pack.h"
#include "base/file.h"
#include "sensor/pins.h"

namespace brig::agent {
namespace {

constexpr uid_t kNobody = 65534;
constexpr const char* kPidFile = "/brigd.pid";
constexpr const char* kStateLock = "/lock";

void FindUser(Prepared& prepared) {
  const passwd* user = ::getpwnam("brig");
  if (user != nullptr && user->pw_uid != 0) {
    prepared.user = user->pw_uid;
    prepared.group = user->pw_gid;
    return;
  }
  prepared.user = prepared.group = kNobody;
  prepared.notes.emplace_back(
      "there is no system user brig, so nobody is used: useradd --system --no-create-home brig");
}

bool HasNothingButLostAndFound(const std::string& path) {
  std::error_code failed;
  std::filesystem::directory_iterator entries(path, failed);
  return !failed && std::ranges::all_of(entries, [](const std::filesystem::directory_entry& entry) {
    return entry.path().filename() == "lost+found";
  });
}

Result<UniqueFd> OpenDirectory(const std::string& path) {
  BRIG_TRY(MakeDirectories(path, 0755));
  struct stat info{};
  if (::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode))
    return Fail(ErrorCode::kInvalid,
                fmt::format("{} is a symbolic link: name the directory itself", path));
  return OpenFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

// A file in memory that could be executed. Older kernels do not know the flag that asks for it;
// where it is forbidden, the canary says that it could not try.
UniqueFd MakeProgramFile() {
  constexpr unsigned kExecutable = 0x10;  // MFD_EXEC
  const int fd = ::memfd_create("canary", MFD_CLOEXEC | kExecutable);
  return UniqueFd(fd >= 0 || errno != EINVAL ? fd : ::memfd_create("canary", MFD_CLOEXEC));
}

// A directory of ours, which nobody else may have prepared for us. Owner and mode are set, but not
// of a directory that serves something else: it is ours when it is empty or holds the file `mark`.
Result<> OwnDirectory(const std::string& path, mode_t mode, gid_t group, const char* mark) {
  BRIG_ASSIGN(const UniqueFd fd, OpenDirectory(path));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return FailErrno(fmt::format("look at {}", path));
  if (info.st_uid != 0) {
    return Fail(ErrorCode::kDenied,
                fmt::format("{} belongs to uid {}, not to root: give another directory", path,
                            info.st_uid));
  }
  if (info.st_gid == group && (info.st_mode & 07777) == mode) return {};
  if (mark != nullptr && !HasNothingButLostAndFound(path) &&
      ::access((path + mark).c_str(), F_OK) != 0) {
    return Fail(ErrorCode::kInvalid,
                fmt::format("{} holds what is not brig's: give a directory of its own, such as "
                            "{}/brig",
                            path, path == "/" ? "" : path));
  }
  if (info.st_gid != group && ::fchown(fd.get(), 0, group) != 0)
    return FailErrno(fmt::format("set the group of {}", path));
  if (::fchmod(fd.get(), mode) != 0) return FailErrno(fmt::format("set the mode of {}", path));
  return {};
}

// The lock is the kernel's, so that no stale file can keep brigd from starting; the pid is for
// people.
Result<UniqueFd> Lock(const std::string& path, const std::string& directory, const char* flag) {
  BRIG_ASSIGN(UniqueFd fd, OpenFile(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0644));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    const auto pid = ReadFd(fd.get(), 32);
    const std::string holder = pid && !pid->empty() ? pid->substr(0, pid->find('\n')) : "unknown";
    return Fail(ErrorCode::kUnavailable,
                fmt::format("another brigd, pid {}, uses {}: stop it (kill {}), or give another "
                            "directory with {}",
                            holder, directory, holder, flag));
  }
  // A full disk must not keep brigd from watching.
  if (::ftruncate(fd.get(), 0) == 0) (void)WriteAll(fd.get(), fmt::format("{}\n", ::getpid()));
  return fd;
}

Result<UniqueFd> Listen(const std::string& path, gid_t group) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return Fail(ErrorCode::kInvalid,
                fmt::format("{} is too long for a socket: give a shorter --run", path));
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ::unlink(path.c_str());  // the lock says that nobody listens on it
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return FailErrno("make socket");
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return FailErrno(fmt::format("bind {}", path));
  if (::chown(path.c_str(), 0, group) != 0 || ::chmod(path.c_str(), 0660) != 0)
    return FailErrno(fmt::format("set owner of {}", path));
  if (::listen(fd.get(), 64) != 0) return FailErrno(fmt::format("listen on {}", path));
  return fd;
}

Result<> NextStep(Result<> result, const char* what) {
  if (result || result.error().code == ErrorCode::kInvalid) return result;  // says it already
  return Fail(result.error().code, fmt::format("{}: {}", result.error().message, what));
}

}  // namespace

Result<> CheckHost() {
  if (::geteuid() != 0) return Fail(ErrorCode::kDenied, "brigd needs root: run it with sudo");
  if (::access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    return Fail(
        ErrorCode::kUnsupported,
        "this kernel has no type information (/sys/kernel/btf/vmlinux): boot one built with "
        "CONFIG_DEBUG_INFO_BTF, as Debian's are");
  }
  return {};
}

// Set-group-id: what the scribe makes is readable for the group, for `brig events` without root. It
// comes from the state directory, so that a warden without CAP_CHOWN can make these two again.
Result<> MakeLedgerDirectories(const Options& options, gid_t group) {
  BRIG_TRY(OwnDirectory(options.LedgerDirectory(), 02750, group, nullptr));
  return OwnDirectory(options.SignerDirectory(), 0700, group, nullptr);
}

Result<Prepared> Prepare(const Options& options) {
  Prepared prepared;
  FindUser(prepared);
  if (!options.rules.empty()) {
    BRIG_ASSIGN(prepared.rules, PackRules(options.rules));
  }
  prepared.memory = UniqueFd(::memfd_create("births", MFD_CLOEXEC));
  prepared.canary_file = MakeProgramFile();
  ::umask(0027);
  const char* const state_hint =
      "make it writable for root, or give another directory with --state";
  const char* const run_hint = "make it writable for root, or give another directory with --run";
  BRIG_TRY(NextStep(OwnDirectory(options.run, 0750, prepared.group, kPidFile), run_hint));
  BRIG_ASSIGN(prepared.run_lock, Lock(options.run + kPidFile, options.run, "--run"));
  BRIG_TRY(NextStep(OwnDirectory(options.state, 02750, prepared.group, kStateLock), state_hint));
  auto lock = Lock(options.state + kStateLock, options.state, "--state");
  if (!lock && lock.error().code != ErrorCode::kUnavailable)
    return Fail(lock.error().code, fmt::format("{}: {}", lock.error().message, state_hint));
  if (!lock) return std::unexpected(lock.error());
  prepared.state_lock = *std::move(lock);
  BRIG_TRY(NextStep(MakeLedgerDirectories(options, prepared.group), state_hint));
  BRIG_ASSIGN(prepared.listener, Listen(options.SocketPath(), prepared.group));
  return prepared;
}

void CleanUp(const Options& options, bool programs) {
  if (programs) sensor::Unpin(sensor::PinDirectory(options.run));
  ::unlink(options.SocketPath().c_str());
  ::unlink((options.run + kPidFile).c_str());
}

}  // namespace brig::agent
