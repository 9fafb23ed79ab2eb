// SPDX-License-Identifier: Apache-2.0
#include "cli/late_names.h"

#include <string>

namespace brig::cli {
namespace {

bool IsNameless(const Container& container) {
  return container.key != 0 && container.naming == Naming::kUnidentified;
}

}  // namespace

void LateNames::Learn(const Record& record) {
  if (const auto* finding = std::get_if<Finding>(&record)) {
    const Container& container = finding->subject.container;
    if (IsNameless(container)) containers_.try_emplace(container.key);
    return;
  }
  const auto* container = std::get_if<Container>(&record);
  if (container == nullptr || IsNameless(*container)) return;
  const auto found = containers_.find(container->key);
  if (found != containers_.end()) found->second = *container;
}

void LateNames::Name(Finding& finding) const {
  if (!IsNameless(finding.subject.container)) return;
  const auto found = containers_.find(finding.subject.container.key);
  if (found == containers_.end() || !found->second) return;
  const std::string before = finding.subject.container.DisplayName();
  const std::size_t at = finding.sentence.find(before);
  finding.subject.container = *found->second;
  if (at != std::string::npos)
    finding.sentence.replace(at, before.size(), finding.subject.container.DisplayName());
}

}  // namespace brig::cli
