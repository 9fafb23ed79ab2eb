// SPDX-License-Identifier: Apache-2.0
// A condition whose every word is known: fields with their types, constants read, macros and lists
// filled in. Trees are shared and never changed; macros are shared by those that use them. Plain
// data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rules/fields/field.h"
#include "rules/language/expression.h"
#include "rules/language/source.h"

namespace re2 {
class RE2;
}

namespace brig::rules {

// What stands on a side of an operator.
struct Operand;
using OperandRef = std::shared_ptr<const Operand>;
struct Operand {
  enum class Kind : std::uint8_t {
    kField,
    kLiteral,
    kLower,
    kUpper,
    kBase64,
    kBasename,
    kLength,
    kJoin,  // `literal` stands between
  };
  Kind kind = Kind::kField;
  const Field* field = nullptr;
  Argument argument;
  std::string literal;
  std::vector<OperandRef> operands;
  FieldType type = FieldType::kText;
  Plural plural = Plural::kOne;
};
// "proc.aname[2]", "tolower(proc.name)": equal for equal operands.
std::string WordsOf(const Operand& operand);
// What the operand has for the event; needs memory for functions. The obvious way.
void Take(const Operand& operand, const View& view, Values& out);
// One function, of what its operands have.
void Apply(const Operand& operand, std::span<const Values* const> inputs, Values& out);

// A value on the right, read as the left side's type wants it.
struct Constant {
  std::string text;  // of text and bytes; else as it was written
  std::int64_t number = 0;
  Address address = {};
  Network network = {};
};

struct Predicate {
  OperandRef left;
  Operator op = Operator::kExists;
  OperandRef right;  // a field instead of constants
  std::vector<Constant> constants;
  std::shared_ptr<const re2::RE2> regex;  // of kRegex, and of globs that are one
};
using PredicateRef = std::shared_ptr<const Predicate>;
// As it would be written; equal for equal predicates.
std::string WordsOf(const Predicate& predicate);

struct Condition;
using ConditionRef = std::shared_ptr<const Condition>;
struct Condition {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kPredicate };
  Kind kind = Kind::kPredicate;
  std::vector<ConditionRef> parts;
  PredicateRef predicate;
  std::uint64_t size = 1;  // predicates, macros written out
  std::size_t depth = 1;
};

// Whether the predicate holds for the event. Slow and obvious: the reference of the compiler.
bool Holds(const Predicate& predicate, const View& view);
bool Holds(const Condition& condition, const View& view);

}  // namespace brig::rules
