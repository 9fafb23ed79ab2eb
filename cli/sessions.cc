// SPDX-License-Identifier: Apache-2.0
// `brig sessions`: who did things with containers, session by session.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/history.h"
#include "cli/table.h"

namespace brig::cli {
namespace {

constexpr std::size_t kMaxNames = 4;  // containers told of one session

struct Row {
  std::string person;
  std::int64_t first_wall_ns = 0, last_wall_ns = 0;
  std::map<ActKind, std::uint64_t> counts;
  std::set<std::string> containers;
  Severity worst = Severity::kNotice;
  void Add(const Act& act, const ContainerNames& names) {
    person = act.person.name;
    if (first_wall_ns == 0) first_wall_ns = act.wall_ns;
    last_wall_ns = act.wall_ns;
    ++counts[act.kind];
    worst = std::max(worst, act.severity);
    if (act.container != 0) containers.insert(names.NameOf(act.container));
  }
  [[nodiscard]] std::uint64_t CountOf(ActKind kind) const {
    const auto found = counts.find(kind);
    return found == counts.end() ? 0 : found->second;
  }
};

class Sessions final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "sessions",
            .summary = "who did things with containers, session by session",
            .details =
                "Lists, from the record, the sessions of people who gave commands to engines, "
                "started or entered containers, or stand behind findings; brigd need not run. A "
                "session is the kernel's audit session; 5@1 is session 5 of the boot before the "
                "last. Who acted without one stands there by name. What is nobody's is counted, "
                "with the reason.",
            .examples = {{"brig sessions", "all of them, the newest last"},
                         {"brig sessions --json", "a line for each, for a program"}}};
  }
  Result<Exit> Run(const Session& session) override;

 private:
  void PrintTable(const Session& session) const;
  void PrintJson(const Session& session) const;

  ContainerNames names_;
  std::vector<std::pair<std::string, Row>> rows_;  // in the order of their first act
  std::map<std::string, std::uint64_t> nobodys_;   // by reason
};

std::string Few(const std::set<std::string>& names) {
  std::string text;
  std::size_t told = 0;
  for (const std::string& name : names) {
    if (told++ == kMaxNames) return text + fmt::format(", +{}", names.size() - kMaxNames);
    text += (text.empty() ? "" : ", ") + Safe(name);
  }
  return text.empty() ? "-" : text;
}

void Sessions::PrintTable(const Session& session) const {
  Table table({{.title = "SESSION", .width_min = 7},
               {.title = "PERSON"},
               {.title = "FIRST", .width_min = 14},
               {.title = "LAST", .width_min = 14},
               {.title = "COMMANDS", .right = true, .width_min = 8},
               {.title = "STARTED", .right = true, .width_min = 7},
               {.title = "ENTERED", .right = true, .width_min = 7},
               {.title = "FINDINGS", .right = true, .width_min = 8},
               {.title = "CONTAINERS", .wrap = true, .width_min = 12}});
  for (const auto& [id, row] : rows_) {
    const std::uint64_t findings = row.CountOf(ActKind::kFinding);
    table.Add({{Safe(id), Style::kBold},
               {Safe(row.person)},
               {ShortTime(row.first_wall_ns), Style::kDim},
               {ShortTime(row.last_wall_ns), Style::kDim},
               {WithCommas(row.CountOf(ActKind::kCommand))},
               {WithCommas(row.CountOf(ActKind::kStart))},
               {WithCommas(row.CountOf(ActKind::kEntry))},
               {WithCommas(findings), findings > 0 ? StyleOf(row.worst) : Style::kPlain},
               {Few(row.containers)}});
  }
  if (table.empty())
    fmt::print(session.talk, "nobody did anything with containers yet\n");
  else
    fmt::print(session.out, "{}", table.Render(session.width, session.color));
  for (const auto& [reason, count] : nobodys_)
    fmt::print(session.out, "{}\n",
               Paint(fmt::format("nobody's: {} ({})", Counted(count, "act"), reason),
                     Style::kWarning, session.color));
}

void Sessions::PrintJson(const Session& session) const {
  for (const auto& [id, row] : rows_) {
    const nlohmann::ordered_json line = {{"session", Safe(id)},
                                         {"person", Safe(row.person)},
                                         {"first_wall_ns", row.first_wall_ns},
                                         {"last_wall_ns", row.last_wall_ns},
                                         {"commands", row.CountOf(ActKind::kCommand)},
                                         {"started", row.CountOf(ActKind::kStart)},
                                         {"entered", row.CountOf(ActKind::kEntry)},
                                         {"findings", row.CountOf(ActKind::kFinding)},
                                         {"containers", row.containers.size()}};
    fmt::print(session.out, "{}\n", line.dump());
  }
  for (const auto& [reason, count] : nobodys_)
    fmt::print(session.out, "{}\n",
               nlohmann::ordered_json{{"session", ""}, {"why", reason}, {"acts", count}}.dump());
}

Result<Exit> Sessions::Run(const Session& session) {
  Acts acts;
  BRIG_TRY(ForEachRecord(session.ledger_directory(), [&](Stored& stored) {
    names_.Learn(stored.record);
    acts.Learn(stored.record);
  }));
  const std::uint32_t boots = acts.boots();
  std::map<std::string, std::size_t> places;
  for (const Act& act : acts.Take()) {
    const std::string id = SessionOf(act, boots);
    if (id.empty()) {
      ++nobodys_[act.why_nobody];
      continue;
    }
    const auto [place, fresh] = places.try_emplace(id, rows_.size());
    if (fresh) rows_.emplace_back(id, Row());
    rows_[place->second].second.Add(act, names_);
  }
  session.globals.json ? PrintJson(session) : PrintTable(session);
  if (acts.left_out() > 0)
    fmt::print(session.talk, "(the oldest {} acts are left out)\n", WithCommas(acts.left_out()));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeSessions() { return std::make_unique<Sessions>(); }

}  // namespace brig::cli
