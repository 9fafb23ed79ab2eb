// SPDX-License-Identifier: Apache-2.0
// The rule files that a command was told of, read. Thread safe (no state).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "rules/rule_book.h"

namespace brig::cli {

inline constexpr std::size_t kMaxRuleFiles = 256;

// Of a directory its *.yaml and *.yml, in the order of their names. Fails when a path cannot be
// read, or when there are more than kMaxRuleFiles.
[[nodiscard]] Result<std::vector<rules::RuleFile>> ReadRuleFiles(
    const std::vector<std::string>& paths);

// All remarks as people read them.
std::string ShowRemarks(const rules::RuleBook& book, bool color);

// The book, or an error that holds what is wrong with the files.
[[nodiscard]] Result<rules::RuleBook> ReadSoundRules(const std::vector<std::string>& paths);

}  // namespace brig::cli
