// SPDX-License-Identifier: Apache-2.0
// `brig findings`: each step out of a container, told in a sentence.
#include <fmt/format.h>

#include <map>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/container_words.h"
#include "cli/history.h"
#include "cli/late_names.h"
#include "cli/live_records.h"
#include "cli/record_line.h"

namespace brig::cli {
namespace {

class Findings final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "findings",
            .summary = "the steps out of containers, each in a sentence",
            .details =
                "Lists the findings of the record, oldest first; brigd need not run. A finding is "
                "an event "
                "that broke an invariant; repeats of the same one are counted, not listed. `brig "
                "explain "
                "ID` tells one as a story.",
            .examples = {
                {"brig findings --since 1h --severity high", "the grave ones of the last hour"},
                {"brig findings --exit-code --since 1d || echo look",
                 "in a script: exit 1 when there are some"}}};
  }
  void Declare(Flags& flags) override {
    flags.Option({.name = "--follow", .help = "go on with what happens now", .target = &follow_});
    filter_flags_.Declare(flags, true);
    flags.Option(
        {.name = "--limit", .value_name = "N", .help = "the newest N (0: all)", .target = &limit_});
    flags.Option(
        {.name = "--exit-code", .help = "exit 1 when there are findings", .target = &exit_code_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  Result<std::vector<Finding>> Stored(const Session& session, const Filter& filter,
                                      LiveRecords* live);
  void Print(const Session& session, const std::vector<Finding>& findings) const;
  Result<Exit> Follow(const Session& session, const Filter& filter, LiveRecords& live);

  FilterFlags filter_flags_;
  ContainerNames names_;
  std::uint64_t limit_ = 0;
  bool follow_ = false, exit_code_ = false;
};

Result<std::vector<Finding>> Findings::Stored(const Session& session, const Filter& filter,
                                              LiveRecords* live) {
  std::vector<Finding> findings;
  std::map<std::string, std::size_t> by_id;
  LateNames late;
  BRIG_TRY(ForEachRecord(session.ledger_directory(), [&](auto& stored) {
    if (live != nullptr) live->AlreadySeen(stored.record);
    if (const auto* repeat = std::get_if<FindingRepeat>(&stored.record)) {
      const auto found = by_id.find(repeat->id);
      if (found != by_id.end()) findings[found->second].count = repeat->count;
    }
    late.Learn(stored.record);
    auto* finding = std::get_if<Finding>(&stored.record);
    if (finding == nullptr) return;
    by_id[finding->id] = findings.size();
    findings.push_back(std::move(*finding));
  }));
  for (Finding& finding : findings) late.Name(finding);
  std::erase_if(findings,
                [&](const Finding& finding) { return !filter.Wants(Record(finding), names_); });
  if (limit_ != 0 && findings.size() > limit_)
    findings.erase(findings.begin(), findings.end() - static_cast<std::ptrdiff_t>(limit_));
  return findings;
}

void Findings::Print(const Session& session, const std::vector<Finding>& findings) const {
  if (session.globals.json) {
    for (const Finding& finding : findings)
      fmt::print(session.out, "{}\n", ToJson(Record(finding)));
    return;
  }
  Table table({{.title = "TIME", .width_min = 14},
               {.title = "ID", .width_min = 12},
               {.title = "", .width_min = 2},
               {.title = "SEVERITY", .width_min = 8},
               {.title = "CONTAINER", .width_min = 8},
               {.title = "BY", .width_min = 5},
               {.title = "TIMES", .right = true, .width_min = 5},
               {.title = "WHAT", .wrap = true, .width_min = 20}});
  for (const Finding& finding : findings) {
    const Style style = StyleOf(finding.severity);
    table.Add({{ShortTime(finding.wall_ns), Style::kDim},
               {Safe(finding.id)},
               {std::string(FoundBy(finding)), style},
               {std::string(NameOf(finding.severity)), style},
               {Safe(finding.subject.container.DisplayName()), Style::kBold},
               {PersonWords(finding.subject.person)},
               {WithCommas(finding.count)},
               {Told(finding)}});
  }
  if (table.empty())
    fmt::print(session.talk, "no findings\n");
  else
    fmt::print(session.out, "{}", table.Render(session.width, session.color));
}

Result<Exit> Findings::Follow(const Session& session, const Filter& filter, LiveRecords& live) {
  for (;;) {
    std::fflush(session.out);
    BRIG_ASSIGN(const std::optional<LiveRecord> next, live.Next(std::chrono::hours(1)));
    if (!next) continue;
    if (next->skipped > 0)
      fmt::print(session.talk, "({} records left out: more than we could take)\n", next->skipped);
    const bool ours = std::holds_alternative<Finding>(next->record) ||
                      std::holds_alternative<FindingRepeat>(next->record);
    if (next->skipped > 0 || !ours || !filter.Wants(next->record, names_)) continue;
    if (session.globals.json)
      fmt::print(session.out, "{}\n", ToJson(next->record));
    else
      fmt::print(session.out, "{}\n", LineOf(next->record, names_, session.width, session.color));
  }
}

Result<Exit> Findings::Run(const Session& session) {
  BRIG_ASSIGN(const Filter filter, Filter::From(filter_flags_, SystemClock().WallNs()));
  if (follow_) {
    BRIG_ASSIGN(LiveRecords live, LiveRecords::Start(session.socket_path(), /*all=*/false));
    if (const auto stored = Stored(session, filter, &live))
      Print(session, *stored);
    else
      fmt::print(session.talk, "brig: {}\n", Safe(stored.error().message));
    return Follow(session, filter, live);
  }
  BRIG_ASSIGN(const std::vector<Finding> findings, Stored(session, filter, nullptr));
  Print(session, findings);
  return exit_code_ && !findings.empty() ? Exit::kNo : Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeFindings() { return std::make_unique<Findings>(); }

}  // namespace brig::cli
