// SPDX-License-Identifier: Apache-2.0
#include "cli/meter.h"

#include <fmt/format.h>

#include <algorithm>

namespace brig::cli {
namespace {

std::uint16_t NumberOf(Invariant invariant) { return static_cast<std::uint16_t>(invariant); }

// The reason without the invariant's own name, so that seven like reasons become one: "--mode
// Ix=kill".
std::string GeneralReason(const Protection& cell) {
  std::string reason = cell.reason;
  const std::string_view name = NameOf(cell.invariant);
  for (std::size_t at = reason.find(name); !name.empty() && at != std::string::npos;
       at = reason.find(name, at + 1))
    reason.replace(at, name.size(), "Ix");
  return reason;
}

}  // namespace

std::string_view MeaningOf(Layer layer) {
  switch (layer) {
    case Layer::kGuard: return "refuses in the kernel";
    case Layer::kCage: return "confines at the start";
    case Layer::kLeash: return "kills the offender";
    case Layer::kEye: break;
  }
  return "sees and records";
}

Protection CellOf(const Status& status, Invariant invariant, Layer layer) {
  for (const Protection& cell : status.meter)
    if (cell.invariant == invariant && cell.layer == layer) return cell;
  return {invariant, layer, LayerState::kAbsent, "brigd did not say"};
}

InvariantMode ModeOfInvariant(const Status& status, Invariant invariant) {
  for (const InvariantMode& mode : status.modes)
    if (mode.invariant == invariant) return mode;
  return {invariant, Mode::kOff, 0};
}

Cell SymbolOf(LayerState state) {
  switch (state) {
    case LayerState::kActive: return {"●", Style::kGood};
    case LayerState::kPartial: return {"◐", Style::kWarning};
    case LayerState::kAbsent: break;
  }
  return {"○", Style::kDim};
}

Cell CellFor(Mode mode) {
  const Style style = mode == Mode::kKill  ? Style::kCritical
                      : mode == Mode::kOff ? Style::kWarning
                                           : Style::kPlain;
  return {std::string(NameOf(mode)), style};
}

std::string RangesOf(const std::vector<Invariant>& invariants) {
  std::vector<std::uint16_t> numbers;
  for (const Invariant invariant : invariants) numbers.push_back(NumberOf(invariant));
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) ++end;
    if (!text.empty()) text += ", ";
    text += fmt::format("I{}", numbers[i]);
    if (end > i) text += fmt::format("-I{}", numbers[end]);
    i = end + 1;
  }
  return text;
}

std::vector<Gap> GapsOf(const Status& status) {
  std::vector<Gap> gaps;
  std::vector<std::string> reasons;  // as they are grouped
  std::vector<std::vector<Invariant>> members;
  for (const Protection& cell : status.meter) {
    if (cell.state == LayerState::kActive) continue;
    std::size_t at = 0;
    while (at < gaps.size() && (gaps[at].layer != cell.layer || gaps[at].state != cell.state ||
                                reasons[at] != GeneralReason(cell)))
      ++at;
    if (at == gaps.size()) {
      gaps.push_back({cell.layer, "", cell.state, cell.reason});
      members.emplace_back();
      reasons.push_back(GeneralReason(cell));
    }
    members[at].push_back(cell.invariant);
  }
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    gaps[i].invariants = RangesOf(members[i]);
    if (members[i].size() > 1) gaps[i].reason = reasons[i];
    gaps[i].reason = gaps[i].reason.empty() ? "no reason given" : Safe(gaps[i].reason);
  }
  std::stable_sort(gaps.begin(), gaps.end(),
                   [](const Gap& a, const Gap& b) { return a.layer < b.layer; });
  return gaps;
}

Cell ProofCell(const Status& status, Invariant invariant, std::int64_t wall_ns) {
  const auto proof = std::ranges::find(status.proofs, invariant, &Proof::invariant);
  if (proof == status.proofs.end()) return {"-", Style::kDim};
  if (!proof->proven) return {"no", Style::kCritical};
  return {HumanDuration(Elapsed(proof->proven_wall_ns, wall_ns)) + " ago", Style::kGood};
}

Table MeterTable(const Status& status, std::int64_t wall_ns) {
  std::vector<Column> columns = {{.title = "INVARIANT", .width_min = 14}, {.title = "MODE"}};
  for (const Layer layer : kLayers) columns.push_back({.title = std::string(NameOf(layer))});
  if (!status.proofs.empty()) columns.push_back({.title = "PROVEN", .right = true});
  columns.push_back({.title = "FINDINGS", .right = true});
  Table table(std::move(columns));
  for (std::uint16_t i = 1; i < kMeteredCount; ++i) {
    const auto invariant = static_cast<Invariant>(i);
    const InvariantMode mode = ModeOfInvariant(status, invariant);
    std::vector<Cell> row = {{fmt::format("{} {}", NameOf(invariant), TitleOf(invariant))},
                             CellFor(mode.mode)};
    for (const Layer layer : kLayers) {
      const Protection cell = CellOf(status, invariant, layer);
      Cell symbol = SymbolOf(cell.state);
      symbol.text += fmt::format(" {}", NameOf(cell.state));
      row.push_back(std::move(symbol));
    }
    if (!status.proofs.empty()) row.push_back(ProofCell(status, invariant, wall_ns));
    row.push_back({WithCommas(mode.findings), mode.findings > 0 ? Style::kWarning : Style::kDim});
    table.Add(std::move(row));
  }
  return table;
}

}  // namespace brig::cli
