// SPDX-License-Identifier: Apache-2.0
// A condition as a tree, as it was written: names of fields, lists and macros are still words.
// Trees are shared and never changed. Plain data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/language/source.h"

namespace brig::rules {

enum class Operator : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kContains,
  kIContains,
  kBContains,
  kStartsWith,
  kBStartsWith,
  kEndsWith,
  kGlob,
  kIGlob,
  kRegex,
  kIn,
  kIntersects,
  kPmatch,
  kExists,
};
std::string_view NameOf(Operator op);
std::optional<Operator> OperatorOf(std::string_view name);
// Takes a list on its right: in, intersects, pmatch.
bool TakesList(Operator op);

// A value on the right of an operator. One in no quotes may be a list's name.
struct Literal {
  std::string text;
  bool quoted = false;
  Place place = {};
};

// What stands on a side of an operator: a field, or functions of fields.
struct Term;
using TermRef = std::shared_ptr<const Term>;
struct Term {
  enum class Kind : std::uint8_t { kField, kLiteral, kCall, kList };
  Kind kind = Kind::kField;
  std::string name;                     // of the field or function; the literal's text
  std::optional<std::string> argument;  // in [ ] behind a field
  std::vector<TermRef> terms;           // a call's or list's
  Place place = {};
};

struct Expression;
using ExpressionRef = std::shared_ptr<const Expression>;
struct Expression {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kCheck, kMacro };
  Kind kind = Kind::kCheck;
  std::vector<ExpressionRef> parts;  // of and, or; one of not
  std::string macro;
  TermRef left;
  Operator op = Operator::kExists;
  TermRef right;                // a field's value, instead of `values`
  std::vector<Literal> values;  // one, but for operators that take a list
  Place place = {};
};

}  // namespace brig::rules
