// SPDX-License-Identifier: Apache-2.0
// Comparisons of one value that the reference and the matcher share because there is one right way
// to write them. Thread safe (no state).
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "rules/match/condition.h"

namespace brig::rules {

inline constexpr std::size_t kMaxPatternBytes = 4096;       // of a regular expression or glob
inline constexpr std::int64_t kMaxPatternMemory = 4 << 20;  // that RE2 may take for one

// `<`, `<=`, `>`, `>=`, `=` and `!=` of an ordering of -1, 0, 1.
bool Orders(Operator op, int order);

// A path lies at or below another, whose parts may be globs: /var/*/log holds /var/a/log/x.
bool LiesBelow(std::string_view path, std::string_view prefix);

// A glob of fnmatch(3) with extended patterns as an expression of RE2; null for `!(...)`, which
// has none.
std::shared_ptr<const re2::RE2> GlobPattern(std::string_view glob, bool any_case);
// POSIX syntax, for whole texts. kInvalid says what RE2 says.
[[nodiscard]] Result<std::shared_ptr<const re2::RE2>> RegexPattern(const std::string& pattern);
bool Matches(const re2::RE2& pattern, std::string_view text);
// The same where bytes that are no UTF-8 count as U+FFFD.
bool MatchesText(const re2::RE2& pattern, std::string_view text);
bool MatchesGlob(std::string_view glob, std::string_view text, bool any_case);  // fnmatch

bool ContainsAnyCase(std::string_view text, std::string_view part);

}  // namespace brig::rules
