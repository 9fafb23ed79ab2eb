// SPDX-License-Identifier: Apache-2.0
#include "cli/container_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace brig::cli {

std::string PersonWords(const Person& person) {
  switch (person.basis) {
    case PersonBasis::kUnknown: return "unknown";
    case PersonBasis::kAmbiguous: return Safe(person.name) + "?";
    case PersonBasis::kLogin:
    case PersonBasis::kCaller: break;
  }
  return Safe(person.name);
}

Cell RiskCell(const Container& container, std::size_t risks_max) {
  std::vector<Risk> risks = container.risks;
  std::stable_sort(risks.begin(), risks.end(),
                   [](const Risk& a, const Risk& b) { return a.severity > b.severity; });
  std::vector<std::string> words;
  for (const Risk& risk : risks)
    if (std::find(words.begin(), words.end(), risk.what) == words.end()) words.push_back(risk.what);
  if (words.empty())
    return container.naming == Naming::kUnidentified ? Cell{"unidentified", Style::kWarning}
                                                     : Cell{"none", Style::kGood};
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < risks_max; ++i)
    text += (i > 0 ? ", " : "") + Safe(words[i]);
  if (words.size() > risks_max) text += fmt::format(", +{}", words.size() - risks_max);
  return {text, StyleOf(risks.front().severity)};
}

}  // namespace brig::cli
