// SPDX-License-Identifier: Apache-2.0
#include "rules/match/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "rules/match/compare.h"

namespace brig::rules {
namespace {

constexpr std::uint32_t kLastTurn = (1U << 31) - 1;

template <class T>
int Compare(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

bool PartHolds(Operator op, std::string_view text, std::string_view value) {
  switch (op) {
    case Operator::kContains:
    case Operator::kBContains: return text.find(value) != std::string_view::npos;
    case Operator::kIContains: return ContainsAnyCase(text, value);
    case Operator::kStartsWith:
    case Operator::kBStartsWith: return text.starts_with(value);
    case Operator::kEndsWith: return text.ends_with(value);
    case Operator::kPmatch: return LiesBelow(text, value);
    default: return Orders(op, Compare(text, value));
  }
}

bool PatternHolds(const Predicate& predicate, std::string_view text) {
  if (predicate.op == Operator::kRegex) return MatchesText(*predicate.regex, text);
  if (predicate.regex) return Matches(*predicate.regex, text);
  return MatchesGlob(predicate.constants[0].text, text, predicate.op == Operator::kIGlob);
}

}  // namespace

Matcher::Matcher(std::shared_ptr<const Program> program) : program_(std::move(program)) {
  slots_.resize(program_->slots_.size());
  tests_.resize(program_->tests_.size());
  parts_.resize(program_->parts_.size());
  tried_.resize(program_->rules_.size());
  found_.reserve(program_->rules_.size());
}

void Matcher::NextTurn() {
  if (++turn_ < kLastTurn) return;
  // What is remembered of turns long ago must not be taken for this one's.
  turn_ = 1;
  for (Slot& slot : slots_) slot.taken = slot.hashed = 0;
  for (auto* memory : {&tests_, &parts_, &tried_}) std::ranges::fill(*memory, 0);
}

std::span<const std::uint32_t> Matcher::Match(const View& view, bool first_only) {
  NextTurn();
  view_ = &view;
  found_.clear();
  const Program::Kind& kind = program_->kinds_[view.kind()];
  for (const std::uint32_t entry : kind.always) Try(kind, entry);
  const auto found = [&](std::uint32_t entry) { Try(kind, entry); };
  for (const GuardTable& table : kind.tables) {
    const Values& values = Take(table.slot());
    if (values.empty()) continue;
    const bool number = program_->slots_[table.slot()]->type == FieldType::kNumber;
    const bool alone = values.cells().size() == 1;
    for (const Cell& cell : values.cells()) {
      if (number)
        table.FindNumber(cell.number, found);
      else
        table.FindText(cell.text, alone ? HashOfSlot(table.slot()) : HashOf(cell.text), found);
    }
  }
  std::ranges::sort(found_);
  if (first_only && found_.size() > 1) found_.resize(1);
  view_ = nullptr;
  return found_;
}

void Matcher::Try(const Program::Kind& kind, std::uint32_t entry) {
  const auto [rule, start] = kind.entries[entry];
  if (std::exchange(tried_[rule], turn_) == turn_) return;
  if (Run(start)) found_.push_back(rule);
}

// Parts stand in parts no deeper than conditions do (kMaxConditionDepth).
bool Matcher::Run(std::uint32_t start) {
  std::uint32_t at = start;
  while (at < Step::kNo) {
    const Step& step = program_->steps_[at];
    bool answer = false;
    if ((step.what & Step::kPart) == 0) {
      answer = Answer(step.what);
    } else {
      const std::uint32_t part = step.what & ~Step::kPart;
      if (parts_[part] >> 1 != turn_)
        parts_[part] = turn_ << 1 | (Run(program_->parts_[part]) ? 1 : 0);
      answer = (parts_[part] & 1) != 0;
    }
    at = answer ? step.if_true : step.if_false;
  }
  return at == Step::kYes;
}

bool Matcher::Answer(std::uint32_t test) {
  std::uint32_t& known = tests_[test];
  if (known >> 1 != turn_) known = turn_ << 1 | (Ask(program_->tests_[test]) ? 1 : 0);
  return (known & 1) != 0;
}

const Values& Matcher::Take(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (slot.taken == turn_) return slot.values;
  const Operand& operand = *program_->slots_[index];
  slot.values.Clear();
  if (operand.kind == Operand::Kind::kField) {
    Extract(*operand.field, operand.argument, *view_, slot.values);
  } else {
    for (const std::uint32_t input : program_->inputs_[index]) (void)Take(input);
    inputs_.clear();
    for (const std::uint32_t input : program_->inputs_[index])
      inputs_.push_back(&slots_[input].values);
    Apply(operand, inputs_, slot.values);
  }
  slot.taken = turn_;
  return slot.values;
}

std::uint64_t Matcher::HashOfSlot(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (slot.hashed != turn_) {
    slot.hash = HashOf(slot.values.cells()[0].text);
    slot.hashed = turn_;
  }
  return slot.hash;
}

bool Matcher::Ask(const Test& test) {
  const Predicate& predicate = *test.predicate;
  const std::span<const Cell> cells = Take(test.left).cells();
  if (cells.empty()) return false;
  if (predicate.op == Operator::kExists) return true;
  const bool alone = cells.size() == 1;
  const Plural plural = predicate.left->plural;
  const bool for_all = (plural == Plural::kEither && predicate.op == Operator::kNotEqual) ||
                       (plural == Plural::kList && predicate.op == Operator::kIn);
  if (test.has_right) {
    const std::span<const Cell> right = Take(test.right).cells();
    const auto holds = [&](const Cell& cell) {
      return std::ranges::any_of(right,
                                 [&](const Cell& other) { return PairHolds(test, cell, other); });
    };
    return for_all ? std::ranges::all_of(cells, holds) : std::ranges::any_of(cells, holds);
  }
  const auto holds = [&](const Cell& cell) { return CellHolds(test, cell, test.left, alone); };
  return for_all ? std::ranges::all_of(cells, holds) : std::ranges::any_of(cells, holds);
}

bool Matcher::CellHolds(const Test& test, const Cell& cell, std::uint32_t slot, bool alone) {
  const Predicate& predicate = *test.predicate;
  const auto any = [&](const auto& holds) {
    return std::ranges::any_of(predicate.constants, holds);
  };
  const bool unequal = predicate.op == Operator::kNotEqual;
  switch (predicate.left->type) {
    case FieldType::kText:
    case FieldType::kBytes:
      switch (predicate.op) {
        case Operator::kEqual:
        case Operator::kNotEqual:
        case Operator::kIn:
        case Operator::kIntersects:
          return test.texts.Has(cell.text, alone ? HashOfSlot(slot) : HashOf(cell.text)) != unequal;
        case Operator::kGlob:
        case Operator::kIGlob:
        case Operator::kRegex: return PatternHolds(predicate, cell.text);
        default:
          return any([&](const Constant& value) {
            return PartHolds(predicate.op, cell.text, value.text);
          });
      }
    case FieldType::kNumber:
    case FieldType::kBool:
      if (test.numbers.empty())
        return any([&](const Constant& value) {
          return Orders(predicate.op, Compare(cell.number, value.number));
        });
      return std::ranges::binary_search(test.numbers, cell.number) != unequal;
    case FieldType::kAddress:
      return any([&](const Constant& value) { return cell.address == value.address; }) != unequal;
    case FieldType::kNetwork:
      return any([&](const Constant& value) { return value.network.Holds(cell.address); }) !=
             unequal;
  }
  return false;
}

bool Matcher::PairHolds(const Test& test, const Cell& left, const Cell& right) {
  const Operator op = test.predicate->op;
  switch (test.predicate->left->type) {
    case FieldType::kText:
    case FieldType::kBytes: return PartHolds(op, left.text, right.text);
    case FieldType::kNumber:
    case FieldType::kBool: return Orders(op, Compare(left.number, right.number));
    case FieldType::kAddress: return Orders(op, left.address == right.address ? 0 : 1);
    case FieldType::kNetwork: return false;
  }
  return false;
}

}  // namespace brig::rules
