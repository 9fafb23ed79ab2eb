// SPDX-License-Identifier: Apache-2.0
#include "cli/drill_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "cli/json_reader.h"
#include "cli/table.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

using drill::Outcome;
using drill::Seen;
using drill::Technique;

constexpr std::size_t kBarWidth = 30;
constexpr std::size_t kMaxNamed = 20;  // missed ones in a sum

std::string LayerOf(const Outcome& outcome) {
  if (outcome.expected.seen == Seen::kWorked) return "none";
  return std::string(NameOf(outcome.expected.layer));
}

Cell SeenCell(const Outcome& outcome) {
  const std::string name(NameOf(outcome.seen));
  if (outcome.seen == Seen::kSkipped) return {name, Style::kDim};
  return {outcome.passed ? name : name + " ✗", outcome.passed ? Style::kGood : Style::kCritical};
}

std::string TimeText(const Outcome& outcome) {
  if (outcome.record_ns < 0) return "";
  return fmt::format("{:.1f} ms", static_cast<double>(outcome.record_ns) / 1e6);
}

std::string_view WordFor(const Outcome& outcome) {
  if (outcome.seen == Seen::kSkipped) return "skipped";
  if (outcome.passed) return "not held";
  return outcome.seen == Seen::kUnstarted ? "not started" : "missed";
}

void PrintReasons(const Session& session, const std::vector<Outcome>& outcomes) {
  for (const bool missed : {true, false}) {
    for (const Outcome& outcome : outcomes) {
      if (outcome.why.empty() || outcome.passed == missed) continue;
      fmt::print(session.out, "{} {}: {}\n    {}\n",
                 Paint(WordFor(outcome), missed ? Style::kCritical : Style::kDim, session.color),
                 outcome.technique->name, outcome.technique->sentence, Safe(outcome.why));
    }
  }
}

}  // namespace

void PrintCatalogue(const Session& session, const std::vector<const Technique*>& techniques) {
  if (session.globals.json) {
    for (const Technique* each : techniques)
      fmt::print(session.out,
                 R"({{"name":{},"family":{},"mitre":{},"sentence":{},"invariants":{},)"
                 R"("unnamed":{},"destructive":{}}})"
                 "\n",
                 JsonQuoted(each->name), JsonQuoted(NameOf(each->family)), JsonQuoted(each->mitre),
                 JsonQuoted(each->sentence), JsonQuoted(each->invariants), each->unnamed,
                 each->destructive);
    return;
  }
  Table table({{.title = "TECHNIQUE", .width_min = 20},
               {.title = "MITRE", .width_min = 9},
               {.title = "HOLDS", .width_min = 5},
               {.title = "", .width_min = 5},
               {.title = "WHAT IT DOES", .wrap = true, .width_min = 20}});
  for (const Technique* each : techniques)
    table.Add({{std::string(each->name), Style::kBold},
               {std::string(each->mitre), Style::kDim},
               {std::string(each->invariants)},
               {each->destructive ? "destructive" : "", Style::kWarning},
               {std::string(each->sentence)}});
  fmt::print(session.out, "{}", table.Render(session.width, session.color));
}

std::string ToJson(const Outcome& outcome) {
  const Technique& technique = *outcome.technique;
  const nlohmann::json json = {{"name", technique.name},
                               {"family", NameOf(technique.family)},
                               {"mitre", technique.mitre},
                               {"sentence", technique.sentence},
                               {"invariants", technique.invariants},
                               {"unnamed", technique.unnamed},
                               {"layer", LayerOf(outcome)},
                               {"expected", NameOf(outcome.expected.seen)},
                               {"seen", NameOf(outcome.seen)},
                               {"passed", outcome.passed},
                               {"attack_worked", outcome.attack_worked},
                               {"twin_worked", outcome.twin_worked},
                               {"container", outcome.container},
                               {"invariant", outcome.invariant},
                               {"record_ns", outcome.record_ns},
                               {"why", Printable(outcome.why)}};
  return json.dump();
}

void PrintOutcomes(const Session& session, const std::vector<Outcome>& outcomes) {
  if (session.globals.json) return;  // shown already, one by one
  Table table({{.title = "TECHNIQUE", .width_min = 20},
               {.title = "LAYER", .width_min = 5},
               {.title = "EXPECTED", .width_min = 8},
               {.title = "SEEN", .width_min = 10},
               {.title = "AS", .width_min = 2},
               {.title = "RECORDED IN", .right = true, .width_min = 9}});
  for (const Outcome& outcome : outcomes)
    table.Add({{std::string(outcome.technique->name), Style::kBold},
               {LayerOf(outcome), Style::kDim},
               {std::string(NameOf(outcome.expected.seen))},
               SeenCell(outcome),
               {outcome.invariant},
               {TimeText(outcome), Style::kDim}});
  fmt::print(session.out, "{}\n", table.Render(session.width, session.color));
  PrintReasons(session, outcomes);
  fmt::print(session.out, "{}\n", Paint(SumOf(outcomes), Style::kBold, session.color));
}

std::string SumOf(const std::vector<Outcome>& outcomes) {
  std::map<Seen, std::size_t> counts;
  std::string missed;
  std::size_t failed = 0;
  for (const Outcome& outcome : outcomes) {
    ++counts[outcome.seen];
    if (outcome.passed || ++failed > kMaxNamed) continue;
    missed += fmt::format("{}{}", missed.empty() ? "" : ", ", outcome.technique->name);
  }
  std::string sum = Counted(outcomes.size(), "technique") + ":";
  for (const auto& [seen, count] : counts) sum += fmt::format(" {} {},", count, NameOf(seen));
  sum.pop_back();
  if (failed == 0) return sum + "; all as expected";
  return fmt::format("{}; {} not as expected: {}{}", sum, failed, missed,
                     failed > kMaxNamed ? " and more" : "");
}

void ProgressBar::Add(const Outcome& outcome) {
  ++done_;
  missed_ += outcome.passed ? 0 : 1;
  if (session_.globals.json) {
    fmt::print(session_.out, "{}\n", ToJson(outcome));
    std::fflush(session_.out);
    return;
  }
  if (::isatty(::fileno(session_.talk)) == 0) return;
  const std::size_t full = done_ * kBarWidth / total_;
  std::string bar;
  for (std::size_t i = 0; i < kBarWidth; ++i) bar += i < full ? "█" : "░";
  fmt::print(session_.talk, "\r{} {}/{}  {} not as expected  {:<40}", bar, done_, total_, missed_,
             outcome.technique->name.substr(0, 40));
  std::fflush(session_.talk);
}

void ProgressBar::Clear() {
  if (session_.globals.json || ::isatty(::fileno(session_.talk)) == 0) return;
  fmt::print(session_.talk, "\r{:<100}\r", "");
}

}  // namespace brig::cli
