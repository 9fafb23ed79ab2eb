// SPDX-License-Identifier: Apache-2.0
#include "cli/live_view.h"
#include "cli/record_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/container_words.h"
#include "cli/meter.h"
#include "cli/story_text.h"

namespace brig::cli {
namespace {

constexpr std::size_t kWideColumns = 76;     // from here on the meter is a table
constexpr std::size_t kTitlesColumns = 116;  // and has whole words
constexpr std::size_t kTallRows = 20;        // and not a line
constexpr std::size_t kMaxStory = 20'000;    // lines of one

// The invariants that the meter's columns stand for.
std::vector<Invariant> Invariants() {
  std::vector<Invariant> all;
  for (std::uint16_t i = 1; i < kMeteredCount; ++i) all.push_back(static_cast<Invariant>(i));
  return all;
}

void Rule(Frame& frame, std::size_t row, std::string_view title, std::string_view words = {}) {
  std::size_t at = frame.Put(row, 1, title, Style::kTitle);
  if (!words.empty()) at = frame.Put(row, at + 2, words, Style::kDim);
  std::string line;
  for (std::size_t i = at + 2; i + 1 < frame.columns(); ++i) line += "─";
  frame.Put(row, at + 2, line, Style::kDim);
}

void DrawHeader(const LiveModel& model, ViewClock now, Frame& frame) {
  std::size_t at = frame.Put(0, 1, "brig", Style::kTitle);
  if (!model.status()) {
    frame.Put(0, at + 2, model.trouble().empty() ? "starting …" : "not connected", Style::kDim);
    return;
  }
  const Status& status = *model.status();
  const std::string where = fmt::format(
      "{} · up {}", Safe(status.node), HumanDuration(Elapsed(status.started_wall_ns, now.wall_ns)));
  at = frame.Put(0, at + 2, where);
  if (frame.columns() >= kWideColumns)
    at = frame.Put(0, at, fmt::format(" · kernel {}", Safe(status.kernel)), Style::kDim);
  const LedgerStatus& ledger = status.ledger;
  if (!ledger.trouble.empty())
    return frame.PutRight(0, at + 1, "record in trouble ", Style::kCritical);
  const std::string kept =
      fmt::format("{} kept, {} sealed ", WithCommas(ledger.entries), WithCommas(ledger.sealed));
  frame.PutRight(0, at + 1, kept, Style::kDim);
}

// A line: "guard 0/11  cage 0/11  leash 7/11  eye 7/11", how many invariants each layer holds.
std::size_t DrawMeterLine(const Status& status, std::size_t row, Frame& frame) {
  std::size_t at = 1;
  const bool narrow = frame.columns() < 56;
  for (const Layer layer : kLayers) {
    const std::string_view name = NameOf(layer);
    at = frame.Put(row, at, narrow ? name.substr(0, 1) : name, Style::kDim) + 1;
    std::size_t held = 0;
    for (const Invariant invariant : Invariants())
      if (CellOf(status, invariant, layer).state == LayerState::kActive) ++held;
    at = frame.Put(row, at, fmt::format("{}/{}", held, Invariants().size())) + 2;
  }
  return row + 1;
}

std::size_t DrawMeterTable(const Status& status, std::size_t row, Frame& frame) {
  constexpr std::size_t kLabel = 9;
  // Titles where they fit, else numbers and the first letter of the mode.
  const bool narrow = frame.columns() < kTitlesColumns;
  Rule(frame, row, "PROTECTION");
  std::vector<std::size_t> columns;
  std::size_t at = kLabel;
  for (const Invariant invariant : Invariants()) {
    columns.push_back(at);
    at = frame.Put(row + 1, at, narrow ? NameOf(invariant) : TitleOf(invariant), Style::kDim) + 2;
  }
  row += 2;
  for (const Layer layer : kLayers) {
    frame.Put(row, 1, NameOf(layer), Style::kDim);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Cell symbol = SymbolOf(CellOf(status, Invariants()[i], layer).state);
      frame.Put(row, columns[i], symbol.text, symbol.style);
    }
    ++row;
  }
  frame.Put(row, 1, "mode", Style::kDim);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Cell mode = CellFor(ModeOfInvariant(status, Invariants()[i]).mode);
    if (narrow) mode.text.resize(1);
    frame.Put(row, columns[i], mode.text, mode.style == Style::kPlain ? Style::kDim : mode.style);
  }
  return row + 2;
}

// Columns that are as wide as what is in them, within reason.
struct ContainerColumns {
  std::size_t name = 0, image = 0, person = 0;
};

ContainerColumns ColumnsFor(const std::vector<ContainerRow>& rows, std::size_t shown,
                            std::size_t columns) {
  ContainerColumns widths;
  for (std::size_t i = 0; i < shown; ++i) {
    const Container& container = rows[i].container;
    widths.name = std::max(widths.name, DisplayWidth(Safe(container.DisplayName())));
    widths.image = std::max(widths.image, DisplayWidth(Safe(container.image)));
    widths.person = std::max(widths.person, DisplayWidth(PersonWords(container.started_by)));
  }
  widths.name =
      std::clamp<std::size_t>(widths.name, 8, std::max<std::size_t>(columns * 3 / 10, 10));
  widths.image = std::min(widths.image, columns / 4);
  widths.person = std::min<std::size_t>(widths.person, 12);
  return widths;
}

void DrawContainer(const ContainerRow& row, const ContainerColumns& widths, std::size_t at,
                   Frame& frame) {
  const Container& container = row.container;
  frame.Put(at, 1, Safe(container.DisplayName()), Style::kBold, widths.name);
  std::size_t next = 1 + widths.name + 2;
  if (frame.columns() >= kWideColumns) {
    frame.Put(at, next, Safe(container.image), Style::kDim, widths.image);
    next += widths.image + (widths.image > 0 ? 2 : 0);
    frame.Put(at, next, PersonWords(container.started_by), Style::kPlain, widths.person);
    next += widths.person + 2;
    frame.Put(at, next,
              fmt::format("{:>3} {}", row.processes, row.processes == 1 ? "proc" : "procs"),
              Style::kDim, 9);
    next += 11;
  }
  const Cell risks = RiskCell(container, 8);
  frame.Put(at, next, risks.text, risks.style);
}

std::size_t DrawContainers(const LiveModel& model, std::size_t row, std::size_t room,
                           Frame& frame) {
  const std::string counts =
      model.status() ? fmt::format("{} running, {} ever", model.status()->containers_running,
                                   model.status()->containers_ever)
                     : "";
  Rule(frame, row, "CONTAINERS", counts);
  ++row;
  const auto& containers = model.containers();
  if (containers.empty()) {
    frame.Put(row, 1, "none runs here", Style::kDim);
    return row + 2;
  }
  const bool all = containers.size() <= room;
  const std::size_t shown = all ? containers.size() : room - 1;
  const ContainerColumns widths = ColumnsFor(containers, shown, frame.columns());
  for (std::size_t i = 0; i < shown; ++i) DrawContainer(containers[i], widths, row++, frame);
  if (!all)
    frame.Put(row++, 1, fmt::format("and {} more: `brig containers`", containers.size() - shown),
              Style::kDim);
  return row + (frame.rows() >= kTallRows ? 1 : 0);
}

void DrawFinding(const Finding& finding, bool selected, std::size_t row, Frame& frame) {
  const Style style = StyleOf(finding.severity);
  std::size_t at = frame.Put(row, 0, selected ? "▶" : " ", style);
  at = frame.Put(row, at, ClockTime(finding.wall_ns), Style::kDim) + 1;
  at = frame.Put(row, at, FoundBy(finding), style) + 1;
  if (finding.verdict != Verdict::kSeen)
    at = frame.Put(row, at, fmt::format("{} ", NameOf(finding.verdict)), Style::kCritical);
  // The sentence names the container first: "Container web opened ..."
  std::string text = Safe(finding.sentence);
  const std::string name = Safe(finding.subject.container.DisplayName());
  if (const std::string opening = "Container " + name; text.starts_with(opening)) {
    text.erase(0, opening.size());
    at = frame.Put(row, at, name, Style::kBold, frame.columns() / 3);
  }
  if (finding.count > 1) text += fmt::format(" (×{})", WithCommas(finding.count));
  frame.Put(row, at, text, style);
  if (selected) frame.Invert(row);
}

void DrawFindings(LiveModel& model, std::size_t row, Frame& frame) {
  const std::size_t end = frame.rows() - 1;
  const auto& findings = model.findings();
  Rule(frame, row, "FINDINGS", findings.empty() ? "" : WithCommas(findings.size()));
  ++row;
  const std::size_t room = end > row ? end - row : 0;
  model.SetRoom(room, 1, 0);
  if (findings.empty()) {
    frame.Put(row, 1, "nothing has tried to leave a container", Style::kGood);
    return;
  }
  for (std::size_t i = model.top(); i < findings.size() && row < end; ++i, ++row)
    DrawFinding(findings[findings.size() - 1 - i], i == model.selected(), row, frame);
}

void DrawFooter(const LiveModel& model, bool stops_agent, Frame& frame) {
  const std::size_t row = frame.rows() - 1;
  std::string keys;
  switch (model.overlay()) {
    case Overlay::kHelp: keys = "↑↓ scroll  Esc back"; break;
    case Overlay::kExplain: keys = "↑↓ scroll  Esc back to the findings"; break;
    case Overlay::kNone:
      if (frame.columns() < 56)
        keys = stops_agent ? "q stop  ↑↓ Enter ?" : "q quit  ↑↓ Enter ?";
      else
        keys = stops_agent ? "q stop  ↑↓ select  Enter explain  ? help"
                           : "q quit  ↑↓ select  Enter explain  ? help";
  }
  const std::size_t at = frame.Put(row, 1, keys, Style::kDim);
  std::uint64_t lost = 0;
  if (model.status())
    for (const RecordCounters& each : model.status()->counters) lost += each.lost + each.missed;
  if (!model.trouble().empty())
    frame.Put(row, at + 2, Safe(model.trouble()), Style::kCritical);
  else if (lost > 0)
    frame.PutRight(row, at + 2, fmt::format("{} lost ", Counted(lost, "record")), Style::kWarning);
  else if (model.status() && !model.status()->notes.empty())
    frame.PutRight(row, at + 2,
                   fmt::format("{}: brig status ", Counted(model.status()->notes.size(), "note")),
                   Style::kWarning);
}

std::vector<std::string> HelpLines(bool stops_agent) {
  std::vector<std::string> lines = {
      "Keys",
      stops_agent ? "  q, Ctrl-C  stop brigd and leave" : "  q, Ctrl-C  leave; brigd goes on",
      "  ↑ ↓        select a finding",
      "  PgUp PgDn  a screenful",
      "  Enter      tell the selected finding as a story; again or Esc to come back",
      "  ?          this help",
      "",
      "The meter",
      "  A column is an invariant: what a container may never reach.",
      "  A row is a layer that holds it:"};
  for (const Layer layer : kLayers)
    lines.push_back(fmt::format("    {:<6} {}", NameOf(layer), MeaningOf(layer)));
  lines.insert(lines.end(), {"  ● active  ◐ partly  ○ absent: `brig status` gives the reasons", "",
                             "Colours", "  red: critical or high  yellow: warning  cyan: notice"});
  return lines;
}

void DrawOverlay(LiveModel& model, bool stops_agent, Frame& frame) {
  constexpr std::size_t kTop = 2;
  const std::size_t columns = frame.columns() > 4 ? frame.columns() - 3 : frame.columns();
  std::vector<std::string> lines;
  if (model.overlay() == Overlay::kHelp) {
    for (const std::string& line : HelpLines(stops_agent))
      for (std::string& part : Wrap(line, columns)) lines.push_back(std::move(part));
  } else if (const Finding* finding = model.SelectedFinding()) {
    lines = TellStory(*finding, model.EventsAround(*finding), std::min<std::size_t>(columns, 100));
  }
  if (lines.size() > kMaxStory) lines.resize(kMaxStory);
  const std::size_t room = frame.rows() > kTop + 1 ? frame.rows() - kTop - 1 : 0;
  model.SetRoom(1, room, lines.size());
  for (std::size_t i = 0; i < room && model.overlay_top() + i < lines.size(); ++i) {
    const std::string& line = lines[model.overlay_top() + i];
    const bool heading = !line.empty() && line[0] != ' ';
    frame.Put(kTop + i, 2, line, heading ? Style::kTitle : Style::kPlain);
  }
}

}  // namespace

void DrawLive(LiveModel& model, ViewClock now, bool stops_agent, Frame& frame) {
  DrawHeader(model, now, frame);
  DrawFooter(model, stops_agent, frame);
  if (model.overlay() != Overlay::kNone) return DrawOverlay(model, stops_agent, frame);
  const bool tall = frame.rows() >= kTallRows;
  std::size_t row = tall ? 2 : 1;
  if (!model.status()) {
    const std::size_t room = frame.rows() > row + 1 ? frame.rows() - row - 1 : 0;
    const auto& log = model.log();
    for (std::size_t i = log.size() - std::min(room, log.size()); i < log.size(); ++i)
      frame.Put(row++, 1, Safe(log[i]), Style::kDim);
    return;
  }
  const bool table = tall && frame.columns() >= kWideColumns;
  row = table ? DrawMeterTable(*model.status(), row, frame)
              : DrawMeterLine(*model.status(), row, frame);
  const std::size_t left = frame.rows() > row ? frame.rows() - row : 0;
  row = DrawContainers(model, row, std::max<std::size_t>(left / 3, 2), frame);
  DrawFindings(model, row, frame);
}

}  // namespace brig::cli
