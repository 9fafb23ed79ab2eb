// SPDX-License-Identifier: Apache-2.0
// `brig containers`: who runs here, started by whom, and what makes it dangerous.
#include <fmt/format.h>

#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/container_words.h"
#include "cli/table.h"

namespace brig::cli {
namespace {

class Containers final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "containers",
            .summary = "the containers that brigd sees, started by whom, with their risks",
            .details =
                "Lists the containers that run on this node, those that no engine vouches for "
                "included. "
                "Risks are what makes an escape easier, worst first.",
            .examples = {{"brig containers", "what runs now"},
                         {"brig containers --all --json", "also what ended, for a program"}}};
  }
  void Declare(Flags& flags) override {
    flags.Option({.name = "--all", .help = "also those that have ended", .target = &all_});
    flags.Option({.name = "--names", .help = "only the names, one a line", .target = &names_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  bool all_ = false, names_ = false;
};

std::vector<Cell> RowOf(const ContainerRow& row) {
  const Container& container = row.container;
  const bool ended = container.ended_wall_ns != 0;
  const std::int64_t age =
      Elapsed(container.started_wall_ns, ended ? container.ended_wall_ns : SystemClock().WallNs());
  const std::string started = container.started_wall_ns == 0 ? "-"
                              : ended ? fmt::format("ended, ran {}", HumanDuration(age))
                                      : fmt::format("{} ago", HumanDuration(age));
  return {{Safe(container.DisplayName()), ended ? Style::kDim : Style::kBold},
          {Safe(container.id.substr(0, 12)), Style::kDim},
          {container.engine.empty() ? "none" : Safe(container.engine),
           container.engine.empty() ? Style::kWarning : Style::kPlain},
          {container.image.empty() ? "-" : Safe(container.image)},
          {started, ended ? Style::kDim : Style::kPlain},
          {PersonWords(container.started_by),
           container.started_by.basis == PersonBasis::kUnknown ? Style::kDim : Style::kPlain},
          {WithCommas(row.processes)},
          RiskCell(container)};
}

Result<Exit> Containers::Run(const Session& session) {
  BRIG_ASSIGN(const auto lines,
              AskAll(session.socket_path(), {"containers", {{"all", all_ ? "true" : "false"}}}));
  if (session.globals.json) {
    for (const std::string& line : lines) fmt::print(session.out, "{}\n", line);
    return Exit::kFine;
  }
  Table table({{.title = "NAME", .width_min = 10},
               {.title = "ID", .width_min = 6},
               {.title = "ENGINE"},
               {.title = "IMAGE"},
               {.title = "STARTED"},
               {.title = "BY"},
               {.title = "PROCS", .right = true, .width_min = 5},
               {.title = "RISKS", .wrap = true, .width_min = 12}});
  std::vector<std::string> notes;
  for (const std::string& line : lines) {
    auto row = ReadContainer(line);
    if (!row) return Within("brigd's list of containers", std::move(row).error());
    if (names_) {
      fmt::print(session.out, "{}\n", Safe(row->container.DisplayName()));
      continue;
    }
    table.Add(RowOf(*row));
    if (!row->container.note.empty())
      notes.push_back(
          fmt::format("{}: {}", Safe(row->container.DisplayName()), Safe(row->container.note)));
  }
  if (names_) return Exit::kFine;
  if (table.empty()) {
    fmt::print(
        session.talk, "no container {}\n",
        all_ ? "since brigd started" : "runs here now: `brig containers --all` shows ended ones");
    return Exit::kFine;
  }
  fmt::print(session.out, "{}", table.Render(session.width, session.color));
  for (const std::string& note : notes)
    fmt::print(session.out, "{}\n", Paint(note, Style::kWarning, session.color));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeContainers() { return std::make_unique<Containers>(); }

}  // namespace brig::cli
