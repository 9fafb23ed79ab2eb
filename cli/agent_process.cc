// SPDX-License-Identifier: Apache-2.0
#include "cli/agent_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "cli/text.h"

namespace brig::cli {
namespace {

bool IsProgram(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

std::string OwnDirectory() {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  const std::string own(path.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  return own.substr(0, own.rfind('/'));
}

// In the child: from here to exec only async-signal-safe calls.
[[noreturn]] void BecomeAgent(const char* program, char* const* arguments, int log, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // we were too late for that
  // A Ctrl-C in the terminal is ours to hand on.
  ::setpgid(0, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null >= 0) ::dup2(null, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(program, arguments);
  ::_exit(127);
}

}  // namespace

Result<std::string> FindAgent() {
  const std::string own = OwnDirectory();
  for (const std::string& path : {own + "/brigd", own + "/../agent/brigd", own + "/../sbin/brigd",
                                  std::string("/usr/lib/brig/brigd")})
    if (IsProgram(path)) return path;
  const char* const path = std::getenv("PATH");
  for (std::string_view rest = path == nullptr ? "" : path; !rest.empty();) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    std::string candidate = std::string(rest.substr(0, colon)) + "/brigd";
    if (colon > 0 && IsProgram(candidate)) return candidate;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return Fail(ErrorCode::kNotFound, fmt::format("no brigd in {0}, {0}/../agent, {0}/../sbin, "
                                                "/usr/lib/brig or PATH: build it with `make build`",
                                                own));
}

Result<AgentProcess> AgentProcess::Start(const std::string& program,
                                         const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return FailErrno("make a pipe for brigd's log");
  UniqueFd ours(ends[0]);
  const UniqueFd theirs(ends[1]);
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  std::vector<std::string> owned = {program};
  owned.insert(owned.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : owned) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return FailErrno("start brigd");
  if (pid == 0) BecomeAgent(program.c_str(), argv.data(), theirs.get(), parent);
  return AgentProcess(pid, std::move(ours));
}

AgentProcess::AgentProcess(AgentProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      status_(other.status_),
      log_(std::move(other.log_)),
      partial_(std::move(other.partial_)),
      lines_(std::move(other.lines_)),
      new_lines_(std::move(other.new_lines_)) {}

AgentProcess::~AgentProcess() {
  if (pid_ != 0) Stop();
}

bool AgentProcess::ReadLog() {
  std::array<char, 8192> block{};
  const ssize_t got = ::read(log_.get(), block.data(), block.size());
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  partial_.append(block.data(), static_cast<std::size_t>(got));
  for (std::size_t end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n')) {
    lines_.push_back(Safe(partial_.substr(0, end)));
    new_lines_.push_back(lines_.back());
    if (lines_.size() > kMaxLogLines) lines_.pop_front();
    if (new_lines_.size() > kMaxLogLines) new_lines_.pop_front();
    partial_.erase(0, end + 1);
  }
  return true;
}

std::deque<std::string> AgentProcess::TakeNewLines() { return std::exchange(new_lines_, {}); }

void AgentProcess::Reap(bool wait) {
  if (pid_ != 0 && ::waitpid(pid_, &status_, wait ? 0 : WNOHANG) == pid_) pid_ = 0;
}

std::optional<std::string> AgentProcess::Ended() {
  Reap(false);
  if (pid_ != 0) return std::nullopt;
  if (WIFSIGNALED(status_)) return fmt::format("killed by signal {}", WTERMSIG(status_));
  const int code = WEXITSTATUS(status_);
  return code == 0 ? std::string("stopped") : fmt::format("ended with status {}", code);
}

std::string AgentProcess::Stop(std::chrono::seconds patience) {
  if (pid_ != 0) ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  bool log_open = true;
  while (!Ended()) {
    if (std::chrono::steady_clock::now() > deadline) {
      ::kill(pid_, SIGKILL);
      Reap(true);
      break;
    }
    pollfd log{log_open ? log_.get() : -1, POLLIN, 0};
    ::poll(&log, 1, 50);
    if (log.revents != 0) log_open = ReadLog();
  }
  while (log_open && ::poll(std::array<pollfd, 1>{{{log_.get(), POLLIN, 0}}}.data(), 1, 0) > 0)
    log_open = ReadLog();
  return Ended().value_or("");
}

}  // namespace brig::cli
