// SPDX-License-Identifier: Apache-2.0
// The reference: what a condition means, written so that it can be read. docs/rule-language.md says
// the same in prose.
#include <re2/re2.h>

#include <algorithm>

#include "rules/match/compare.h"
#include "rules/match/condition.h"

namespace brig::rules {
namespace {

int Compare(std::int64_t a, std::int64_t b) { return a < b ? -1 : a > b ? 1 : 0; }
int Compare(std::string_view a, std::string_view b) {
  const int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lowered;
}

bool TextHolds(const Predicate& predicate, std::string_view text, std::string_view value) {
  switch (predicate.op) {
    case Operator::kContains:
    case Operator::kBContains: return text.find(value) != std::string_view::npos;
    case Operator::kIContains: return Lowered(text).find(Lowered(value)) != std::string::npos;
    case Operator::kStartsWith:
    case Operator::kBStartsWith: return text.starts_with(value);
    case Operator::kEndsWith: return text.ends_with(value);
    case Operator::kGlob: return MatchesGlob(value, text, /*any_case=*/false);
    case Operator::kIGlob: return MatchesGlob(value, text, /*any_case=*/true);
    case Operator::kRegex: return predicate.regex && MatchesText(*predicate.regex, text);
    case Operator::kPmatch: return LiesBelow(text, value);
    default: return Orders(predicate.op, Compare(text, value));
  }
}

bool CellHolds(const Predicate& predicate, const Cell& cell, const Constant& value) {
  switch (predicate.left->type) {
    case FieldType::kText:
    case FieldType::kBytes: return TextHolds(predicate, cell.text, value.text);
    case FieldType::kNumber:
    case FieldType::kBool: return Orders(predicate.op, Compare(cell.number, value.number));
    case FieldType::kAddress: return Orders(predicate.op, cell.address == value.address ? 0 : 1);
    case FieldType::kNetwork:
      return Orders(predicate.op, value.network.Holds(cell.address) ? 0 : 1);
  }
  return false;
}

bool CellHolds(const Predicate& predicate, const Cell& cell, std::span<const Constant> values) {
  return std::ranges::any_of(
      values, [&](const Constant& value) { return CellHolds(predicate, cell, value); });
}

}  // namespace

bool Holds(const Predicate& predicate, const View& view) {
  Values left;
  Take(*predicate.left, view, left);
  if (left.empty()) return false;
  if (predicate.op == Operator::kExists) return true;
  std::vector<Constant> values = predicate.constants;
  if (predicate.right) {
    Values right;
    Take(*predicate.right, view, right);
    if (right.empty()) return false;
    for (const Cell& cell : right.cells())
      values.push_back({std::string(cell.text), cell.number, cell.address, {}});
  }
  const auto holds = [&](const Cell& cell) { return CellHolds(predicate, cell, values); };
  const bool for_all =
      (predicate.left->plural == Plural::kEither && predicate.op == Operator::kNotEqual) ||
      (predicate.left->plural == Plural::kList && predicate.op == Operator::kIn);
  return for_all ? std::ranges::all_of(left.cells(), holds)
                 : std::ranges::any_of(left.cells(), holds);
}

bool Holds(const Condition& condition, const View& view) {
  const auto holds = [&](const ConditionRef& part) { return Holds(*part, view); };
  switch (condition.kind) {
    case Condition::Kind::kAnd: return std::ranges::all_of(condition.parts, holds);
    case Condition::Kind::kOr: return std::ranges::any_of(condition.parts, holds);
    case Condition::Kind::kNot: return !holds(condition.parts[0]);
    case Condition::Kind::kPredicate: return Holds(*condition.predicate, view);
  }
  return false;
}

}  // namespace brig::rules
