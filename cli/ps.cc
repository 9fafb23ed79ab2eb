// SPDX-License-Identifier: Apache-2.0
// `brig ps`: the processes of one container, by birth, with those that have ended.
#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/container_words.h"
#include "cli/process_tree.h"

namespace brig::cli {
namespace {

class Ps final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "ps",
            .summary = "the process tree of a container, by birth",
            .details =
                "Shows the processes that were born in a container, wherever they have moved "
                "since, and "
                "those that have ended and are still remembered. BIRTH is when the kernel made the "
                "process: together with the pid it names it for good.",
            .examples = {{"brig ps web", "by name"},
                         {"brig ps 3f9a --running", "by the start of its id"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "CONTAINER",
                    .help = "name, start of the id, or brig's key",
                    .hint = Hint::kContainer,
                    .required = true,
                    .target = &container_});
    flags.Option(
        {.name = "--running", .help = "leave out those that have ended", .target = &running_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  void PrintHead(const Session& session) const;
  std::string container_;
  bool running_ = false;
};

std::string EndOf(const Process& process) {
  if (process.ended_wall_ns == 0) return "";
  if (process.exit_signal != 0) return fmt::format("killed by signal {}", process.exit_signal);
  return fmt::format("ended, status {}", process.exit_status);
}

std::vector<Cell> RowOf(const Process& process, const std::string& branch) {
  const bool ended = process.ended_wall_ns != 0;
  const Style style = ended ? Style::kDim : Style::kPlain;
  std::string what = CommandLine(process.arguments);
  if (what.empty()) what = Safe(process.path.empty() ? process.ref.comm : process.path);
  return {{std::to_string(process.ref.pid), style},
          {process.pid_inside == 0 ? "-" : std::to_string(process.pid_inside), style},
          {std::to_string(process.ref.uid), style},
          {ShortTime(process.started_wall_ns), style},
          {EndOf(process), process.exit_signal != 0 ? Style::kWarning : Style::kDim},
          {branch + what, style}};
}

// Whose container it is; left out when brigd does not list it.
void Ps::PrintHead(const Session& session) const {
  const auto lines = AskAll(session.socket_path(), {"containers", {{"all", "true"}}});
  if (!lines) return;
  for (const std::string& line : *lines) {
    const auto row = ReadContainer(line);
    if (!row) return;
    const Container& container = row->container;
    const bool named = container.name == container_ || container.DisplayName() == container_;
    const bool by_id = !container.id.empty() && container.id.starts_with(container_);
    if (!named && !by_id && std::to_string(container.key) != container_) continue;
    fmt::print(session.out, "{}  {}  {}, started {} by {}\n",
               Paint(Safe(container.DisplayName()), Style::kBold, session.color),
               Safe(container.id.substr(0, 12)),
               container.image.empty() ? "no image known" : Safe(container.image),
               ShortTime(container.started_wall_ns), PersonWords(container.started_by));
    if (!container.started_by.command.empty())
      fmt::print(session.out, "{}\n",
                 Paint("with: " + Safe(container.started_by.command), Style::kDim, session.color));
    return;
  }
}

Result<Exit> Ps::Run(const Session& session) {
  const auto lines = AskAll(session.socket_path(), {"ps", {{"container", JsonQuoted(container_)}}});
  if (!lines && lines.error().code == ErrorCode::kNotFound)
    return Fail(ErrorCode::kNotFound,
                lines.error().message + ": `brig containers --all` lists them");
  if (!lines) return std::unexpected(lines.error());
  if (session.globals.json) {
    for (const std::string& line : *lines) fmt::print(session.out, "{}\n", line);
    return Exit::kFine;
  }
  std::vector<Process> processes;
  for (const std::string& line : *lines) {
    auto process = ReadProcess(line);
    if (!process) return Within("brigd's list of processes", std::move(process).error());
    if (!running_ || process->ended_wall_ns == 0) processes.push_back(*std::move(process));
  }
  PrintHead(session);
  Table table({{.title = "PID", .right = true, .width_min = 7},
               {.title = "INSIDE", .right = true},
               {.title = "UID", .right = true, .width_min = 5},
               {.title = "BIRTH", .width_min = 14},
               {.title = "END", .width_min = 3},
               {.title = "COMMAND", .width_min = 12}});
  for (const TreeLine& line : TreeOf(processes))
    table.Add(RowOf(processes[line.process], line.branch));
  fmt::print(session.out, "{}", table.Render(session.width, session.color));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakePs() { return std::make_unique<Ps>(); }

}  // namespace brig::cli
