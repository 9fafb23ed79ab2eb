// SPDX-License-Identifier: Apache-2.0
#include "rules/match/event_types.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace brig::rules {
namespace {

// Fields that are the same for every event of a kind.
constexpr std::string_view kOfKind[] = {"evt.type",  "syscall.type",   "evt.type.is",
                                        "evt.dir",   "evt.category",   "evt.source",
                                        "evt.count", "evt.count.exit", "brig.operation"};
constexpr std::string_view kOfType[] = {"evt.type", "syscall.type", "evt.type.is"};

bool Names(std::span<const std::string_view> names, const Operand& operand) {
  return operand.kind == Operand::Kind::kField &&
         std::ranges::find(names, operand.field->name) != names.end();
}

// An event of which nothing is known but its kind.
Event EventOf(EventKind kind) {
  Event event;
  event.operation = OperationOf(kind);
  FileDetails creat;
  creat.flags = O_CREAT | O_WRONLY | O_TRUNC;
  CredentialDetails change;
  if (kind == kKindCreat) event.details = creat;
  if (kind == kKindSetReUid || kind == kKindSetReGid) change.asked = {0, 0};
  if (kind == kKindSetResUid || kind == kKindSetResGid) change.asked = {0, 0, 0};
  if (!change.asked.empty()) event.details = change;
  return event;
}

const std::array<Event, kKindCount>& Examples() {
  static const std::array<Event, kKindCount> kExamples = [] {
    std::array<Event, kKindCount> examples;
    for (std::size_t kind = 0; kind < kKindCount; ++kind)
      examples[kind] = EventOf(static_cast<EventKind>(kind));
    return examples;
  }();
  return kExamples;
}

// Rules say evt.num=0 for what never is; every event has a number from 1.
std::optional<bool> OfNumber(const Predicate& predicate) {
  if (predicate.left->kind != Operand::Kind::kField || predicate.left->field->name != "evt.num" ||
      predicate.constants.size() != 1)
    return std::nullopt;
  const std::int64_t number = predicate.constants[0].number;
  switch (predicate.op) {
    case Operator::kEqual:
    case Operator::kIn:
    case Operator::kLessEqual:
      if (number < 1) return false;
      break;
    case Operator::kNotEqual:
    case Operator::kGreater:
      if (number < 1) return true;
      break;
    case Operator::kGreaterEqual:
      if (number <= 1) return true;
      break;
    case Operator::kLess:
      if (number <= 1) return false;
      break;
    default: break;
  }
  return std::nullopt;
}

bool NeverHas(const Operand& operand, EventKind kind) {
  if (operand.kind == Operand::Kind::kField)
    return !MayHave(*operand.field, operand.argument, kind);
  // A function without one of its fields has no value; the length of a list is 0 without one.
  if (operand.kind == Operand::Kind::kLength && operand.operands[0]->plural == Plural::kList)
    return false;
  return std::ranges::any_of(operand.operands,
                             [&](const OperandRef& inner) { return NeverHas(*inner, kind); });
}

// True, false or undecided, as `decide` says of each predicate.
class Folder {
 public:
  using Decide = std::optional<bool> (*)(const Predicate& predicate, EventKind kind);
  Folder(Decide decide, EventKind kind) : decide_(decide), kind_(kind) {}

  std::optional<bool> Fold(const Condition& condition) {
    if (condition.kind == Condition::Kind::kPredicate) return decide_(*condition.predicate, kind_);
    const auto known = known_.find(&condition);
    if (known != known_.end()) return known->second;
    std::optional<bool> value;
    if (condition.kind == Condition::Kind::kNot) {
      value = Fold(*condition.parts[0]);
      if (value) value = !*value;
    } else {
      const bool ends = condition.kind == Condition::Kind::kOr;
      value = !ends;
      for (const ConditionRef& part : condition.parts) {
        const auto folded = Fold(*part);
        if (folded == ends) {
          value = ends;
          break;
        }
        if (!folded) value.reset();
      }
    }
    known_.emplace(&condition, value);
    return value;
  }

 private:
  Decide decide_;
  EventKind kind_;
  std::unordered_map<const Condition*, std::optional<bool>> known_;  // macros are shared
};

std::optional<bool> ByType(const Predicate& predicate, EventKind kind) {
  if (!Names(kOfType, *predicate.left)) return std::nullopt;
  return Constantly(predicate, kind);
}

// No event has a value of it, though Falco's have.
bool IsUnsupported(const Operand& operand) {
  if (operand.kind != Operand::Kind::kField) return false;
  const Field& field = *operand.field;
  return field.extract == nullptr ||
         (field.only == nullptr && !MayHave(field, operand.argument, KindOf(Operation::kOpen)));
}

// As a rule could be if every field were there: tells whether an unsupported one is to blame.
std::optional<bool> ButUnsupported(const Predicate& predicate, EventKind kind) {
  if (IsUnsupported(*predicate.left) || (predicate.right && IsUnsupported(*predicate.right)))
    return std::nullopt;
  return Constantly(predicate, kind);
}

void Visit(const Condition& condition, const auto& visit) {
  std::vector<const Condition*> open = {&condition};
  std::unordered_map<const Condition*, bool> seen;
  while (!open.empty()) {
    const Condition* top = open.back();
    open.pop_back();
    if (!seen.emplace(top, true).second) continue;
    if (top->kind == Condition::Kind::kPredicate) visit(*top->predicate);
    for (const ConditionRef& part : top->parts) open.push_back(part.get());
  }
}

}  // namespace

std::optional<bool> Constantly(const Predicate& predicate, EventKind kind) {
  if (const auto known = OfNumber(predicate)) return known;
  if (!predicate.right && Names(kOfKind, *predicate.left)) {
    static const Subject kNobody;
    return Holds(predicate, View(Examples().at(kind), kNobody));
  }
  if (NeverHas(*predicate.left, kind) || (predicate.right && NeverHas(*predicate.right, kind)))
    return false;
  if (TakesList(predicate.op) && !predicate.right && predicate.constants.empty()) return false;
  return std::nullopt;
}

EventTypes EventTypesOf(const Condition& condition) {
  EventTypes types;
  bool blamed = false;
  for (std::size_t i = 0; i < kKindCount; ++i) {
    const auto kind = static_cast<EventKind>(i);
    if (NamesOf(kind).empty()) continue;
    if (Folder(ByType, kind).Fold(condition) == false) types.all = false;
    if (Folder(Constantly, kind).Fold(condition) != false) types.seen.set(i);
    if (Folder(ButUnsupported, kind).Fold(condition) != false) blamed = true;
  }
  if (types.seen.any()) return types;
  Visit(condition, [&](const Predicate& predicate) {
    if (Names(kOfType, *predicate.left))
      for (const Constant& value : predicate.constants)
        if (!IsSent(value.text) && types.not_sent.size() < 4) types.not_sent.push_back(value.text);
    if (!blamed || !types.unsupported.empty() || !IsUnsupported(*predicate.left)) return;
    types.unsupported = WordsOf(*predicate.left);
    types.reason = predicate.left->field->reason;
  });
  return types;
}

}  // namespace brig::rules
