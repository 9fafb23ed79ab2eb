// SPDX-License-Identifier: Apache-2.0
// From the text of a condition to its tree (docs/rule-language.md). Thread safe (no state).
//
//   or         = and {"or" and}
//   and        = not {"and" not}
//   not        = {"not"} ( "(" or ")" | check | MACRO )
//   check      = term ( "exists" | operator value | list-operator list )
//   term       = FIELD ["[" argument "]"] | FUNCTION "(" parameter {"," parameter} ")"
//   parameter  = term | quoted | number | "(" [parameter {"," parameter}] ")"
//   value      = quoted | bare | "val(" FIELD ")" | FUNCTION "(" ... ")"
//   list       = "(" [value {"," value}] ")" | LIST | "val(" FIELD ")" | FUNCTION "(" ... ")"
//   bare       = bytes but white space ( ) " ' = ,
//   quoted     = "..." or '...' with \b \f \n \r \t \\ \/ \" \' \xHH
#pragma once

#include <span>
#include <string>
#include <variant>

#include "rules/language/expression.h"

namespace brig::rules {

inline constexpr std::size_t kMaxNesting = 128;               // parentheses in one condition
inline constexpr std::size_t kMaxConditionBytes = 256 << 10;  // of one condition
inline constexpr std::size_t kMaxValues = 65'536;             // of one list of values

// `condition` may have been written in pieces, at several places; they are read as one text, with
// a space between.
[[nodiscard]] std::variant<ExpressionRef, Remark> ParseCondition(const Sources& sources,
                                                                 std::span<const Phrase> condition);

// The values that an item of a list stands for: itself; what its quotation marks hold; several,
// when it holds commas and no space, or in any case when it is `several`.
[[nodiscard]] std::variant<std::vector<Literal>, Remark> ParseValues(const Phrase& item,
                                                                     bool several = false);

// A term alone, as in `%proc.aname[2]` of an output; `used` bytes of the text belong to it.
[[nodiscard]] std::variant<TermRef, Remark> ParseTerm(const Phrase& text, std::size_t& used);

}  // namespace brig::rules
