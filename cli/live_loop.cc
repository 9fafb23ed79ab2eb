// SPDX-License-Identifier: Apache-2.0
#include "cli/live_loop.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>

#include "base/clock.h"
#include "cli/client.h"
#include "cli/live_view.h"
#include "cli/record_line.h"

namespace brig::cli {
namespace {

constexpr std::int64_t kRefreshNs = 1'000'000'000;
constexpr int kIdleMs = 60;      // how long a lone ESC waits for the rest of a key
constexpr int kMaxAtOnce = 512;  // records taken between two drawings
constexpr std::size_t kLastLines = 12;

}  // namespace

LiveLoop::LiveLoop(const Session& session, AgentProcess* agent, bool plain)
    : session_(session), agent_(agent), plain_(plain), log_open_(agent != nullptr) {}

Result<> LiveLoop::Prepare() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCHLD, SIGPIPE})
    ::sigaddset(&wanted, signal);
  if (::sigprocmask(SIG_BLOCK, &wanted, nullptr) != 0) return FailErrno("block signals");
  ::sigdelset(&wanted, SIGPIPE);
  signals_.Reset(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals_) return FailErrno("listen for signals");
  if (plain_) return {};
  BRIG_ASSIGN(Screen screen, Screen::Take());
  screen_.emplace(std::move(screen));
  return {};
}

void LiveLoop::Wait() {
  std::array<pollfd, 4> sources = {pollfd{signals_.get(), POLLIN, 0},
                                   pollfd{screen_ ? STDIN_FILENO : -1, POLLIN, 0},
                                   pollfd{log_open_ ? agent_->log_fd() : -1, POLLIN, 0},
                                   pollfd{live_ ? live_->fd() : -1, POLLIN, 0}};
  const std::int64_t since = SystemClock().BootNs() - refreshed_boot_ns_;
  int timeout = static_cast<int>(std::max<std::int64_t>((kRefreshNs - since) / 1'000'000, 0));
  if (screen_ && screen_->key_pending()) timeout = std::min(timeout, kIdleMs);
  idle_ = ::poll(sources.data(), sources.size(), timeout) == 0;
}

bool LiveLoop::HandleSignals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const auto signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGWINCH && screen_) screen_->Forget();
    if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP) return true;
  }
  return false;
}

bool LiveLoop::HandleKeys() {
  if (!screen_) return false;
  pollfd keyboard{STDIN_FILENO, POLLIN, 0};
  if (::poll(&keyboard, 1, 0) > 0 && !screen_->ReadKeys()) return true;
  while (const std::optional<Key> key = screen_->NextKey(idle_)) {
    if (*key == Key::kInterrupt || *key == Key::kQuit) return true;
    if (*key == Key::kRedraw) screen_->Forget();
    model_.Press(*key);
  }
  return false;
}

void LiveLoop::HandleLog() {
  if (!log_open_) return;
  log_open_ = agent_->ReadLog();
  for (std::string& line : agent_->TakeNewLines()) {
    if (plain_) fmt::print(session_.talk, "{}\n", line);
    model_.AddLog(std::move(line));
  }
}

void LiveLoop::PrintRecord(const Record& record) {
  names_.Learn(record);
  if (!plain_) return;
  const auto* event = std::get_if<Event>(&record);
  if (event != nullptr && event->operation != Operation::kLost) return;
  if (session_.globals.json)
    fmt::print(session_.out, "{}\n", ToJson(record));
  else
    fmt::print(session_.out, "{}\n", LineOf(record, names_, session_.width, session_.color));
}

void LiveLoop::HandleRecords() {
  for (int i = 0; live_ && i < kMaxAtOnce; ++i) {
    auto next = live_->Take();
    if (!next) {
      SetTrouble(next.error().message);
      live_.reset();
      break;
    }
    if (!*next) break;
    if ((*next)->skipped > 0) {
      model_.AddSkipped((*next)->skipped);
      continue;
    }
    PrintRecord((*next)->record);
    model_.Apply(std::move((*next)->record));
  }
  std::fflush(session_.out);
}

void LiveLoop::SetTrouble(const std::string& trouble) {
  if (plain_ && trouble != model_.trouble()) fmt::print(session_.talk, "brig: {}\n", Safe(trouble));
  model_.SetTrouble(trouble);
}

Result<> LiveLoop::Connect() {
  BRIG_ASSIGN(LiveRecords live, LiveRecords::Start(session_.socket_path(), /*all=*/false));
  BRIG_ASSIGN(const auto lines, AskAll(session_.socket_path(), {"findings", {}}));
  for (const std::string& line : lines) {
    BRIG_ASSIGN(Finding finding, ReadFinding(line));
    model_.AddFinding(std::move(finding));
  }
  live_.emplace(std::move(live));
  return {};
}

void LiveLoop::Refresh() {
  const std::int64_t now = SystemClock().BootNs();
  if (now - refreshed_boot_ns_ < kRefreshNs && refreshed_boot_ns_ != 0) return;
  const auto ask = [this]() -> Result<> {
    if (!live_) BRIG_TRY(Connect());
    BRIG_ASSIGN(const auto status_lines, AskAll(session_.socket_path(), {"status", {}}));
    if (status_lines.size() != 1) return Fail(ErrorCode::kInvalid, "brigd gave no status");
    BRIG_ASSIGN(Status status, ReadStatus(status_lines[0]));
    BRIG_ASSIGN(const auto lines, AskAll(session_.socket_path(), {"containers", {}}));
    std::vector<ContainerRow> containers;
    for (const std::string& line : lines) {
      BRIG_ASSIGN(ContainerRow row, ReadContainer(line));
      names_.Learn(row.container);
      containers.push_back(std::move(row));
    }
    if (plain_ && !announced_)
      fmt::print(session_.talk, "brig watches {} on {}; Ctrl-C {}\n",
                 Counted(containers.size(), "container"), Safe(status.node),
                 agent_ != nullptr ? "stops it" : "ends this, not brigd");
    announced_ = true;
    model_.SetStatus(std::move(status));
    model_.SetContainers(std::move(containers));
    return {};
  };
  const auto asked = ask();
  // While brigd of our own starts, silence is no trouble yet.
  if (asked)
    model_.SetTrouble("");
  else if (model_.status() || agent_ == nullptr)
    SetTrouble(asked.error().message);
  refreshed_boot_ns_ = SystemClock().BootNs();
}

void LiveLoop::Draw() {
  if (!screen_) return;
  const Screen::Size size = Screen::size();
  Frame frame(size.rows, size.columns);
  DrawLive(model_, {SystemClock().WallNs()}, agent_ != nullptr, frame);
  screen_->Show(frame);
}

Result<Exit> LiveLoop::Leave(bool agent_ended) {
  screen_.reset();
  if (agent_ == nullptr) return Exit::kFine;
  if (!agent_ended) fmt::print(session_.talk, "stopping brigd …\n");
  const std::string how = agent_->Stop();
  const auto& log = agent_->log();
  if (agent_ended) {
    for (std::size_t i = log.size() - std::min(kLastLines, log.size()); !plain_ && i < log.size();
         ++i)
      fmt::print(session_.talk, "{}\n", log[i]);
    return Fail(
        ErrorCode::kUnavailable,
        fmt::format("brigd {}: its last words are above; `brig doctor` tells what this host lacks",
                    how));
  }
  for (std::string& line : agent_->TakeNewLines())
    if (plain_) fmt::print(session_.talk, "{}\n", line);
  fmt::print(session_.talk, "brigd {}; the record is in {}\n", how, session_.ledger_directory());
  return Exit::kFine;
}

Result<Exit> LiveLoop::Run() {
  BRIG_TRY(Prepare());
  for (;;) {
    Refresh();
    Draw();
    Wait();
    if (HandleSignals() || HandleKeys()) return Leave(false);
    HandleLog();
    HandleRecords();
    if (agent_ != nullptr && agent_->Ended()) return Leave(true);
  }
}

}  // namespace brig::cli
