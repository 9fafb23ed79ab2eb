// SPDX-License-Identifier: Apache-2.0
#include "rules/match/guard.h"

#include <algorithm>
#include <iterator>

namespace brig::rules {
namespace {

struct Guard {
  unsigned rank = 0;  // the smaller, the fewer events it lets through, and the cheaper it is
  std::vector<GuardKey> keys;
};
using Found = std::optional<Guard>;

// Fields of few values let too much through; other fields' values are dear to come by.
unsigned RankOf(const Operand& operand) {
  constexpr unsigned kUseless = 9;
  if (operand.kind != Operand::Kind::kField || operand.plural == Plural::kEither ||
      operand.plural == Plural::kList)
    return kUseless;
  static constexpr std::string_view kTelling[] = {
      "fd.name",  "fd.filename", "fd.directory", "proc.name", "proc.exepath", "proc.exe",
      "fd.sport", "fd.rport",    "fd.ino",       "proc.args", "proc.cmdline"};
  static constexpr std::string_view kDearer[] = {
      "proc.pname",     "proc.pexe", "proc.pexepath", "proc.pcmdline", "container.image.repository",
      "container.name", "evt.arg",   "proc.aname",    "k8s.ns.name",   "k8s.pod.name"};
  const std::string_view name = operand.field->name;
  if (std::ranges::find(kTelling, name) != std::end(kTelling)) return 1;
  if (std::ranges::find(kDearer, name) != std::end(kDearer)) return 5;
  return kUseless;
}

Found OfTest(const Test& test, bool negated) {
  constexpr unsigned kUseless = 9;
  const Predicate& predicate = *test.predicate;
  const unsigned rank = RankOf(*predicate.left);
  if (negated || test.has_right || rank >= kUseless || predicate.constants.empty() ||
      predicate.constants.size() > kMaxGuardKeys)
    return std::nullopt;
  const FieldType type = predicate.left->type;
  Guard guard{rank, {}};
  GuardKey key;
  key.slot = test.left;
  switch (predicate.op) {
    case Operator::kEqual:
    case Operator::kIn:
    case Operator::kIntersects:
      key.kind = type == FieldType::kNumber ? GuardKey::Kind::kNumber : GuardKey::Kind::kText;
      break;
    case Operator::kStartsWith:
      key.kind = GuardKey::Kind::kPrefix;
      guard.rank += 1;
      break;
    case Operator::kEndsWith:
      key.kind = GuardKey::Kind::kSuffix;
      guard.rank += 1;
      break;
    case Operator::kContains:
    case Operator::kIContains:
      key.kind = GuardKey::Kind::kPart;
      guard.rank += 2;
      break;
    default: return std::nullopt;
  }
  if (type != FieldType::kText && type != FieldType::kNumber) return std::nullopt;
  for (const Constant& constant : predicate.constants) {
    key.text = constant.text;
    key.number = constant.number;
    guard.keys.push_back(key);
  }
  return guard;
}

// Depth is bounded by kMaxConditionDepth.
Found Find(const NodePool& pool, const std::vector<Test>& tests, NodeId id) {
  const Node& node = pool[id];
  if (node.kind == Node::Kind::kTest) return OfTest(tests[node.test], node.negated);
  Found best;
  if (node.kind == Node::Kind::kAnd) {
    for (const NodeId part : node.parts) {
      Found found = Find(pool, tests, part);
      if (found && (!best || found->rank < best->rank)) best = std::move(found);
    }
    return best;
  }
  if (node.kind != Node::Kind::kOr) return std::nullopt;
  best.emplace();
  for (const NodeId part : node.parts) {
    Found found = Find(pool, tests, part);
    if (!found || best->keys.size() + found->keys.size() > kMaxGuardKeys) return std::nullopt;
    best->rank = std::max(best->rank, found->rank);
    std::ranges::move(found->keys, std::back_inserter(best->keys));
  }
  return best;
}

}  // namespace

std::optional<std::vector<GuardKey>> FindGuard(const NodePool& pool, const std::vector<Test>& tests,
                                               NodeId node) {
  Found found = Find(pool, tests, node);
  if (!found) return std::nullopt;
  return std::move(found->keys);
}

}  // namespace brig::rules
