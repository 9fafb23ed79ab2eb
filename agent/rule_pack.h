// SPDX-License-Identifier: Apache-2.0
// Rule files on their way to the engine, which may open none: the warden reads them as bytes, once,
// into a file in memory; only the engine, which has no right, parses them. Thread safe (no state).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "rules/match/program.h"
#include "rules/rule_book.h"

namespace brig::agent {

inline constexpr std::size_t kMaxRuleFiles = 64;
inline constexpr std::size_t kMaxRuleFileBytes = 1 << 20;

// Files, and of directories their *.yaml and *.yml in the order of their names. Each must be a
// regular file of root's that nobody else may write: kDenied otherwise.
[[nodiscard]] Result<UniqueFd> PackRules(const std::vector<std::string>& paths);
[[nodiscard]] Result<std::vector<rules::RuleFile>> UnpackRules(int fd);

// The enabled rules, compiled. The error names the first mistake: file, line, column.
struct LoadedRules {
  std::shared_ptr<const rules::Program> program;
  std::string words;  // "25 rules of /etc/brig/rules/falco_rules.yaml", for the record
};
[[nodiscard]] Result<LoadedRules> CompileRules(std::vector<rules::RuleFile> files);

}  // namespace brig::agent
