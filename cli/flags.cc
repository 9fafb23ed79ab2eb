// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.h"

#include "model/names.h"

namespace brig::cli {
namespace {

template <class E>
std::vector<std::string> NamesBetween(std::uint16_t first, std::uint16_t end) {
  std::vector<std::string> names;
  for (std::uint16_t i = first; i < end; ++i) names.emplace_back(NameOf(static_cast<E>(i)));
  return names;
}

}  // namespace

std::vector<std::string> InvariantNames() { return NamesBetween<Invariant>(1, kInvariantCount); }
std::vector<std::string> OperationNames() { return NamesBetween<Operation>(1, kOperationCount); }
std::vector<std::string> SeverityNames() {
  return NamesBetween<Severity>(0, static_cast<std::uint16_t>(Severity::kCritical) + 1);
}

}  // namespace brig::cli
