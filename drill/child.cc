// SPDX-License-Identifier: Apache-2.0
#include "drill/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <thread>

#include "base/file.h"

namespace brig::drill {
namespace {

constexpr std::size_t kMaxOutput = 1 << 20;

// Owns what posix_spawn is told about descriptors.
class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  void Duplicate(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
  void WorkIn(const std::string& directory) {
    ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

void Pause() { std::this_thread::sleep_for(Milliseconds(5)); }

Result<Child> Child::Start(const Options& options) {
  // A socket and not a pipe: a line to a program that has ended is then no SIGPIPE.
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return FailErrno("make a socket pair");
  UniqueFd input(ends[0]), given(ends[1]);
  BRIG_ASSIGN(const UniqueFd output,
              OpenFile(options.output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600));
  // Above what the child's own numbers will be.
  const UniqueFd low_input(::fcntl(given.get(), F_DUPFD_CLOEXEC, 10));
  const UniqueFd low_output(::fcntl(output.get(), F_DUPFD_CLOEXEC, 10));
  const UniqueFd kept(options.keep < 0 ? -1 : ::fcntl(options.keep, F_DUPFD_CLOEXEC, 10));
  FileActions actions;
  actions.Duplicate(low_input.get(), 0);
  actions.Duplicate(low_output.get(), 1);
  actions.Duplicate(low_output.get(), 2);
  if (kept) actions.Duplicate(kept.get(), 3);
  if (!options.directory.empty()) actions.WorkIn(options.directory);
  std::vector<std::string> words = options.words;
  std::vector<std::string> variables = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, words.front().c_str(), actions.get(), nullptr,
                                   Pointers(words).data(), Pointers(variables).data());
  if (error != 0) return FailErrno(fmt::format("start {}", words.front()), error);
  return Child(pid, std::move(input), options.output);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      status_(other.status_) {}

Child::~Child() {
  if (pid_ < 0 || Ended()) return;
  ::kill(pid_, SIGKILL);
  while (!Ended()) Pause();
}

std::string Child::Output() const { return ReadFile(output_, kMaxOutput).value_or(""); }

Result<> Child::WaitForOutput(std::string_view word, Milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const std::string output = Output();
    if (output.find(word) != std::string::npos) return {};
    const auto status = Ended();
    if (status)
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("a helper ended with {}: {}", *status, output));
    if (std::chrono::steady_clock::now() > deadline)
      return Fail(ErrorCode::kUnavailable, fmt::format("a helper does not say {}", word));
    Pause();
  }
}

bool Child::Say(std::string_view line) {
  const std::string text = std::string(line) + "\n";
  return input_ && ::send(input_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                       static_cast<ssize_t>(text.size());
}

std::optional<int> Child::Ended() {
  int status = 0;
  if (status_ || pid_ < 0) return status_;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

std::optional<int> Child::Wait(Milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!Ended() && std::chrono::steady_clock::now() < deadline) Pause();
  return Ended();
}

}  // namespace brig::drill
