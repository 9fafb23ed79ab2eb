// SPDX-License-Identifier: Apache-2.0
// `brig status`: the meter, and how brigd fares.
#include <fmt/format.h>

#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/meter.h"
#include "cli/metrics.h"

namespace brig::cli {
namespace {

class StatusCommand final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "status",
        .summary = "what is protected here, by which layer, and what is missing",
        .details =
            "Shows for each invariant which layer holds it on this node right now and, for each "
            "gap, "
            "the reason. Below: brigd's processes, the records received and lost, and the record.\n"
            "\n"
            "Layers: guard refuses in the kernel, cage confines at the start, leash kills the "
            "offender, eye sees and records. ● active, ◐ partly, ○ absent.\n"
            "\n"
            "PROVEN: when an act of brig's own that breaks the invariant was last refused; one is "
            "tried every 30 s.",
        .examples = {{"brig status", "the meter"},
                     {"brig status --json | jq .counters", "received and lost, for a program"},
                     {"brig status --metrics", "the same for Prometheus"}}};
  }
  void Declare(Flags& flags) override {
    flags.Option({.name = "--metrics",
                  .help = "print metrics in the text format of Prometheus",
                  .target = &metrics_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  static void PrintHead(const Session& session, const Status& status);
  static void PrintGaps(const Session& session, const Status& status);
  static void PrintFlow(const Session& session, const Status& status);
  static void PrintLedger(const Session& session, const LedgerStatus& ledger);
  bool metrics_ = false;
};

void Title(const Session& session, std::string_view title) {
  fmt::print(session.out, "\n{}\n", Paint(title, Style::kBold, session.color));
}

void StatusCommand::PrintHead(const Session& session, const Status& status) {
  fmt::print(session.out, "{} on {}, kernel {}, up {}\n",
             Paint("brig " + Safe(status.version), Style::kTitle, session.color), Safe(status.node),
             Safe(status.kernel),
             HumanDuration(Elapsed(status.started_wall_ns, SystemClock().WallNs())));
  fmt::print(session.out, "policy {}\n",
             status.policy.empty() ? "none: strict defaults" : Safe(status.policy));
  fmt::print(session.out, "{} running, {} ever; {}\n",
             Counted(status.containers_running, "container"), WithCommas(status.containers_ever),
             Counted(status.findings, "finding"));
}

void StatusCommand::PrintGaps(const Session& session, const Status& status) {
  const std::vector<Gap> gaps = GapsOf(status);
  if (!gaps.empty()) Title(session, "Gaps");
  Table table({{.title = ""}, {.title = ""}, {.title = ""}, {.title = "", .wrap = true}});
  for (const Gap& gap : gaps) {
    const Cell symbol = SymbolOf(gap.state);
    table.Add({{"  " + symbol.text + " " + std::string(NameOf(gap.layer)), symbol.style},
               {std::string(MeaningOf(gap.layer)), Style::kDim},
               {gap.invariants},
               {gap.reason}});
  }
  fmt::print(session.out, "{}", table.Render(session.width, session.color));
}

void StatusCommand::PrintFlow(const Session& session, const Status& status) {
  Title(session, "Kernel");
  std::size_t attached = 0;
  for (const Program& program : status.programs) attached += program.attached ? 1 : 0;
  fmt::print(session.out, "  {} of {} attached\n", attached,
             Counted(status.programs.size(), "program"));
  for (const Program& program : status.programs)
    if (!program.attached)
      fmt::print(session.out, "  {} {}: {}\n", Paint("○", Style::kDim, session.color),
                 Safe(program.name), Safe(program.reason));
  Table counters({{.title = "  RECORDS"},
                  {.title = "RECEIVED", .right = true},
                  {.title = "LOST", .right = true},
                  {.title = "MISSED", .right = true},
                  {.title = "REFUSED", .right = true}});
  const auto bad = [](std::uint64_t n) {
    return Cell{WithCommas(n), n > 0 ? Style::kWarning : Style::kGood};
  };
  for (const RecordCounters& each : status.counters)
    counters.Add({{"  " + std::string(NameOf(each.record_class))},
                  {WithCommas(each.received)},
                  bad(each.lost),
                  bad(each.missed),
                  bad(each.refused)});
  fmt::print(session.out, "{}", counters.Render(session.width, session.color));

  Title(session, "Processes");
  Table processes({{.title = "  ROLE"},
                   {.title = "PID", .right = true},
                   {.title = "MEMORY", .right = true},
                   {.title = "RESTARTS", .right = true}});
  std::uint64_t memory = 0;
  for (const ProcessStatus& process : status.processes) {
    memory += process.resident_bytes;
    processes.Add(
        {{"  " + Safe(process.role)},
         {process.pid == 0 ? "-" : std::to_string(process.pid)},
         {HumanBytes(process.resident_bytes)},
         {WithCommas(process.restarts), process.restarts > 0 ? Style::kWarning : Style::kDim}});
  }
  processes.Add({{"  all", Style::kDim}, {""}, {HumanBytes(memory), Style::kDim}, {""}});
  fmt::print(session.out, "{}", processes.Render(session.width, session.color));
}

void StatusCommand::PrintLedger(const Session& session, const LedgerStatus& ledger) {
  Title(session, "Record");
  fmt::print(session.out, "  {} durable, {} sealed by a signed checkpoint, in {}\n",
             ledger.entries == 1 ? "1 entry" : WithCommas(ledger.entries) + " entries",
             WithCommas(ledger.sealed), Safe(ledger.directory));
  if (!ledger.root.empty()) fmt::print(session.out, "  root {}\n", Safe(ledger.root));
  if (!ledger.key.empty()) fmt::print(session.out, "  key  {}\n", Safe(ledger.key));
  if (!ledger.trouble.empty())
    fmt::print(session.out, "  {}\n", Paint(Safe(ledger.trouble), Style::kCritical, session.color));
}

Result<Exit> StatusCommand::Run(const Session& session) {
  BRIG_ASSIGN(const auto lines, AskAll(session.socket_path(), {"status", {}}));
  if (lines.size() != 1)
    return Fail(
        ErrorCode::kInvalid,
        fmt::format("brigd answered with {} lines instead of one: is it of another version?",
                    lines.size()));
  if (session.globals.json && !metrics_) {
    fmt::print(session.out, "{}\n", lines[0]);
    return Exit::kFine;
  }
  auto read = ReadStatus(lines[0]);
  if (!read) return Within("brigd's status", std::move(read).error());
  const Status& status = *read;
  if (metrics_) {
    fmt::print(session.out, "{}", MetricsOf(status));
    return Exit::kFine;
  }
  PrintHead(session, status);
  fmt::print(session.out, "\n{}",
             MeterTable(status, SystemClock().WallNs()).Render(session.width, session.color));
  PrintGaps(session, status);
  PrintFlow(session, status);
  PrintLedger(session, status.ledger);
  if (!status.notes.empty()) Title(session, "Worth knowing");
  for (const std::string& note : status.notes)
    for (const std::string& line : Wrap("  " + Safe(note), session.width ? session.width : 100))
      fmt::print(session.out, "{}\n", line);
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeStatus() { return std::make_unique<StatusCommand>(); }

}  // namespace brig::cli
