// SPDX-License-Identifier: Apache-2.0
// Any text: an error with a place, or a policy within its limits.
#include "base/result.h"
#include "policy/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto policy = brig::policy::ParsePolicy(text, "f");
  if (!policy) {
    BRIG_CHECK(policy.error().message.starts_with("f:"));
    return 0;
  }
  BRIG_CHECK(policy->clauses.size() <= brig::Policy::kMaxClauses);
  for (const brig::Clause& clause : policy->clauses) {
    BRIG_CHECK(!clause.rulings.empty() && clause.rulings.size() <= brig::Policy::kMaxRulings);
    BRIG_CHECK(clause.line > 0);
  }
  brig::policy::RemarksOn(*policy);
  return 0;
}
