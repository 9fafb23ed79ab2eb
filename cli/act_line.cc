// SPDX-License-Identifier: Apache-2.0
#include "cli/act_line.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/container_words.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

constexpr std::size_t kPersonWidth = 12, kVerbWidth = 8, kContainerWidth = 16;

std::string_view VerbOf(ActKind kind) {
  switch (kind) {
    case ActKind::kCommand: return "called";
    case ActKind::kStart: return "started";
    case ActKind::kEntry: return "entered";
    case ActKind::kFinding: return "FINDING";
  }
  return "";
}

}  // namespace

void PrintAct(const Session& session, const Act& act, const std::string& session_id,
              const ContainerNames& names) {
  const std::string container = act.container == 0 ? "-" : Safe(names.NameOf(act.container));
  if (session.globals.json) {
    const nlohmann::ordered_json line = {
        {"act", NameOf(act.kind)},      {"wall_ns", act.wall_ns},
        {"session", Safe(session_id)},  {"person", Safe(act.person.name)},
        {"why_nobody", act.why_nobody}, {"container", container},
        {"finding", Safe(act.finding)}, {"what", Safe(act.what)}};
    fmt::print(session.out, "{}\n", line.dump());
    return;
  }
  const bool finding = act.kind == ActKind::kFinding;
  std::string what =
      finding ? fmt::format("{}: {}", Safe(act.finding), Safe(act.what)) : Safe(act.what);
  if (!act.why_nobody.empty()) what += fmt::format("  ({})", act.why_nobody);
  fmt::print(session.out, "{}  {}  {}  {}  {}\n",
             Paint(ShortTime(act.wall_ns), Style::kDim, session.color),
             Pad(PersonWords(act.person), kPersonWidth), Pad(VerbOf(act.kind), kVerbWidth),
             Paint(Pad(container, kContainerWidth), Style::kBold, session.color),
             Paint(what, finding ? StyleOf(act.severity) : Style::kPlain, session.color));
}

}  // namespace brig::cli
