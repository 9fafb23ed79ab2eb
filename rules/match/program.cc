// SPDX-License-Identifier: Apache-2.0
#include "rules/match/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/bytes.h"

namespace brig::rules {
namespace {

constexpr std::size_t kMaxShownSteps = 64;

std::string Target(std::uint32_t target, const std::vector<std::uint32_t>& shown) {
  if (target == Step::kYes) return "fires";
  if (target == Step::kNo) return "silent";
  const auto at = std::ranges::find(shown, target);
  return at == shown.end() ? "..." : fmt::format("{}", at - shown.begin() + 1);
}

}  // namespace

std::uint64_t Program::operations() const {
  std::uint64_t operations = 0;
  for (std::size_t kind = 0; kind < kKindCount; ++kind)
    if (!kinds_[kind].entries.empty())
      operations |= 1ULL << static_cast<unsigned>(OperationOf(static_cast<EventKind>(kind)));
  return operations;
}

Program::Size Program::size() const {
  return {rules_.size(), tests_.size(), slots_.size(), parts_.size(), steps_.size()};
}

std::string Program::Explain(std::size_t index) const {
  // Kinds whose steps are the same are told together.
  std::vector<std::pair<std::uint32_t, std::string>> starts;
  std::size_t guarded = 0;
  std::size_t kinds = 0;
  for (std::size_t i = 0; i < kKindCount; ++i) {
    const Kind& kind = kinds_[i];
    const auto entry = std::ranges::find(kind.entries, index, &Entry::rule);
    if (entry == kind.entries.end()) continue;
    ++kinds;
    const auto number = static_cast<std::uint32_t>(entry - kind.entries.begin());
    if (std::ranges::find(kind.always, number) == kind.always.end()) ++guarded;
    const std::string name(NamesOf(static_cast<EventKind>(i))[0]);
    const auto same = std::ranges::find(starts, entry->start, &decltype(starts)::value_type::first);
    if (same == starts.end())
      starts.emplace_back(entry->start, name);
    else if (!(", " + same->second + ",").contains(", " + name + ","))
      same->second += ", " + name;
  }
  std::string text;
  if (starts.empty()) return "no event can make it fire\n";
  text += fmt::format("looked at only where a table rules it in: {} of {} kinds of events\n",
                      guarded, kinds);
  for (const auto& [start, names] : starts) {
    text += fmt::format("\n{}:\n", names);
    if (start == Step::kYes) {
      text += "  fires always\n";
      continue;
    }
    // In the order in which they are tried.
    std::vector<std::uint32_t> shown = {start};
    for (std::size_t i = 0; i < shown.size() && shown.size() < kMaxShownSteps; ++i)
      for (const std::uint32_t next : {steps_[shown[i]].if_true, steps_[shown[i]].if_false})
        if (next < Step::kNo && std::ranges::find(shown, next) == shown.end())
          shown.push_back(next);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const Step& step = steps_[shown[i]];
      const bool part = (step.what & Step::kPart) != 0;
      const std::string what = part ? fmt::format("part {}, shared", step.what & ~Step::kPart)
                                    : WordsOf(*tests_[step.what].predicate);
      text += fmt::format("  {:>3}  {}  ? {} : {}\n", i + 1, Printable(what, 160),
                          Target(step.if_true, shown), Target(step.if_false, shown));
    }
  }
  return text;
}

}  // namespace brig::rules
