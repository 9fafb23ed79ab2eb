// SPDX-License-Identifier: Apache-2.0
#include "rules/language/rule_set.h"

#include <strings.h>

#include <algorithm>
#include <iterator>

namespace brig::rules {
namespace {

constexpr std::string_view kPriorities[] = {"Emergency", "Alert",  "Critical",      "Error",
                                            "Warning",   "Notice", "Informational", "Debug"};

bool SameWord(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string_view NameOf(Priority priority) {
  return kPriorities[static_cast<std::size_t>(priority)];
}

std::optional<Priority> PriorityOf(std::string_view name) {
  if (SameWord(name, "info")) return Priority::kInformational;
  for (std::size_t i = 0; i < std::size(kPriorities); ++i)
    if (SameWord(name, kPriorities[i])) return static_cast<Priority>(i);
  return std::nullopt;
}

bool RuleSet::failed() const {
  return std::ranges::any_of(
      remarks, [](const Remark& remark) { return remark.kind == RemarkKind::kError; });
}

std::string Joined(const std::vector<Phrase>& pieces) {
  std::string text;
  for (const Phrase& piece : pieces) {
    if (!text.empty()) text += ' ';
    text += piece.text;
  }
  return text;
}

}  // namespace brig::rules
