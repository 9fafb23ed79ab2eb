// SPDX-License-Identifier: Apache-2.0
// The compiler: conditions to nodes for each kind of event, nodes to steps, and for each rule the
// table that rules it out soonest.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "rules/match/event_types.h"
#include "rules/match/guard.h"
#include "rules/match/node.h"
#include "rules/match/program.h"

namespace brig::rules {
namespace {

constexpr std::uint32_t kMinPart = 3;  // checks of a part that is worth remembering

// What taking a value costs, beside comparing it: naming who and where is dear.
unsigned CostOf(const Operand& operand) {
  if (operand.kind != Operand::Kind::kField) {
    unsigned cost = 8;
    for (const OperandRef& input : operand.operands) cost += CostOf(*input);
    return cost;
  }
  const std::string_view name = operand.field->name;
  if (name.starts_with("proc.a") && operand.plural == Plural::kAny) return 60;
  if (name.starts_with("proc.p") || name.starts_with("proc.a") || name.starts_with("container.") ||
      name.starts_with("k8s.") || name.starts_with("brig.person"))
    return 40;
  if (name == "proc.cmdline" || name == "proc.args" || name == "evt.args") return 30;
  if (name.starts_with("evt.arg")) return 12;
  if (name.starts_with("proc.exe")) return 20;
  return 2;
}

unsigned CostOf(const Predicate& predicate) {
  unsigned cost = CostOf(*predicate.left);
  if (predicate.right) cost += CostOf(*predicate.right);
  switch (predicate.op) {
    case Operator::kExists: return cost;
    case Operator::kContains:
    case Operator::kBContains: return cost + 8;
    case Operator::kIContains: return cost + 20;
    case Operator::kGlob:
    case Operator::kIGlob:
    case Operator::kRegex: return cost + 30;
    case Operator::kPmatch: return cost + 30;
    default: return cost + 2;
  }
}

}  // namespace

class Compiler {
 public:
  Result<std::shared_ptr<const Program>> Run(std::vector<Rule> rules) {
    std::erase_if(rules, [](const Rule& rule) { return !rule.enabled; });
    program_->rules_ = std::move(rules);
    for (std::size_t kind = 0; kind < kKindCount; ++kind)
      if (!NamesOf(static_cast<EventKind>(kind)).empty()) Fold(static_cast<EventKind>(kind));
    for (std::size_t kind = 0; kind < kKindCount; ++kind) {
      BRIG_TRY(Emit(static_cast<EventKind>(kind)));
    }
    return program_;
  }

 private:
  struct Root {
    std::uint32_t rule = 0;
    NodeId node = kFalseNode;
  };

  void Fold(EventKind kind) {
    folded_.clear();
    for (std::size_t i = 0; i < program_->rules_.size(); ++i) {
      const NodeId node = Build(*program_->rules_[i].condition, kind, /*negated=*/false);
      if (node == kFalseNode) continue;
      ++pool_.At(node).uses;
      roots_[kind].push_back({static_cast<std::uint32_t>(i), node});
    }
  }

  // Depth is bounded by kMaxConditionDepth.
  NodeId Build(const Condition& condition, EventKind kind, bool negated) {
    if (condition.kind == Condition::Kind::kPredicate)
      return Build(condition.predicate, kind, negated);
    if (condition.kind == Condition::Kind::kNot) return Build(*condition.parts[0], kind, !negated);
    const auto key = std::pair(&condition, negated);
    const auto known = folded_.find(key);
    if (known != folded_.end()) return known->second;
    const bool both = (condition.kind == Condition::Kind::kAnd) != negated;
    const NodeId decides = both ? kFalseNode : kTrueNode;
    std::vector<NodeId> parts;
    NodeId node = ~0U;
    for (const ConditionRef& part : condition.parts) {
      parts.push_back(Build(*part, kind, negated));
      if (parts.back() != decides) continue;
      node = decides;
      break;
    }
    if (node == ~0U) node = pool_.Join(both ? Node::Kind::kAnd : Node::Kind::kOr, parts);
    folded_.emplace(key, node);
    return node;
  }

  NodeId Build(const PredicateRef& predicate, EventKind kind, bool negated) {
    if (const auto constant = Constantly(*predicate, kind))
      return *constant != negated ? kTrueNode : kFalseNode;
    const std::uint32_t test = TestOf(predicate);
    return pool_.Test(test, negated, program_->tests_[test].cost);
  }

  std::uint32_t TestOf(const PredicateRef& predicate) {
    const auto seen = by_pointer_.find(predicate.get());
    if (seen != by_pointer_.end()) return seen->second;
    const auto [known, fresh] =
        tests_.emplace(WordsOfTest(*predicate), static_cast<std::uint32_t>(tests_.size()));
    by_pointer_.emplace(predicate.get(), known->second);
    if (!fresh) return known->second;
    Test test;
    test.predicate = predicate;
    test.left = SlotOf(predicate->left);
    if (predicate->right) {
      test.has_right = true;
      test.right = SlotOf(predicate->right);
    }
    test.cost = CostOf(*predicate);
    Prepare(test);
    program_->tests_.push_back(std::move(test));
    return known->second;
  }

  // Lists of the same values in another order are the same test.
  static std::string WordsOfTest(const Predicate& predicate) {
    std::string words =
        fmt::format("{}\n{}", WordsOf(*predicate.left), static_cast<unsigned>(predicate.op));
    if (predicate.right) return words + "\n>" + WordsOf(*predicate.right);
    std::vector<std::string> values;
    for (const Constant& constant : predicate.constants) values.push_back(constant.text);
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    for (const std::string& value : values) words += fmt::format("\n{}:{}", value.size(), value);
    return words;
  }

  static void Prepare(Test& test) {
    const Predicate& predicate = *test.predicate;
    const bool equality = predicate.op == Operator::kEqual || predicate.op == Operator::kNotEqual ||
                          predicate.op == Operator::kIn || predicate.op == Operator::kIntersects;
    if (!equality || test.has_right) return;
    const FieldType type = predicate.left->type;
    std::vector<std::string> texts;
    for (const Constant& constant : predicate.constants) {
      if (type == FieldType::kText || type == FieldType::kBytes) texts.push_back(constant.text);
      if (type == FieldType::kNumber || type == FieldType::kBool)
        test.numbers.push_back(constant.number);
    }
    test.texts.Build(std::move(texts));
    std::ranges::sort(test.numbers);
  }

  std::uint32_t SlotOf(const OperandRef& operand) {
    std::vector<std::uint32_t> inputs;
    for (const OperandRef& input : operand->operands) inputs.push_back(SlotOf(input));
    const auto [known, fresh] =
        slots_.emplace(WordsOf(*operand), static_cast<std::uint32_t>(slots_.size()));
    if (fresh) {
      program_->slots_.push_back(operand);
      program_->inputs_.push_back(std::move(inputs));
    }
    return known->second;
  }

  Result<> Emit(EventKind kind) {
    Program::Kind& out = program_->kinds_[kind];
    std::map<std::uint32_t, GuardTable> tables;
    for (const Root& root : roots_[kind]) {
      const auto entry = static_cast<std::uint32_t>(out.entries.size());
      const std::uint32_t start = StartOf(root.node);
      if (program_->steps_.size() > kMaxProgramSteps)
        return Fail(ErrorCode::kLimit, fmt::format("these rules make a program of more than {} "
                                                   "steps: use fewer, or simpler conditions",
                                                   kMaxProgramSteps));
      out.entries.push_back({root.rule, start});
      const auto guard = FindGuard(pool_, program_->tests_, root.node);
      if (!guard) {
        out.always.push_back(entry);
        continue;
      }
      for (const GuardKey& key : *guard)
        tables.try_emplace(key.slot, key.slot).first->second.Add(key, entry);
    }
    for (auto& [slot, table] : tables) {
      table.Finish();
      out.tables.push_back(std::move(table));
    }
    return {};
  }

  // Where the node's steps begin; a node's steps are written once.
  std::uint32_t StartOf(NodeId node) {
    if (node == kTrueNode) return Step::kYes;
    const auto known = starts_.find(node);
    if (known != starts_.end()) return known->second;
    const std::uint32_t start = Write(node, Step::kYes, Step::kNo, /*top=*/true);
    starts_.emplace(node, start);
    return start;
  }

  // Steps are written back to front, so that a jump's target is known. Depth is bounded by
  // kMaxConditionDepth.
  std::uint32_t Write(NodeId id, std::uint32_t if_true, std::uint32_t if_false, bool top) {
    const Node& node = pool_[id];
    if (node.kind == Node::Kind::kTest)
      return Put({node.test, node.negated ? if_false : if_true, node.negated ? if_true : if_false});
    if (!top && node.uses > 1 && node.size >= kMinPart)
      return Put({PartOf(id) | Step::kPart, if_true, if_false});
    const bool both = node.kind == Node::Kind::kAnd;
    std::uint32_t next = both ? if_true : if_false;
    for (std::size_t i = node.parts.size(); i-- > 0;) {
      const NodeId part = pool_[id].parts[i];
      next = both ? Write(part, next, if_false, false) : Write(part, if_true, next, false);
    }
    return next;
  }

  std::uint32_t PartOf(NodeId id) {
    const auto known = parts_.find(id);
    if (known != parts_.end()) return known->second;
    const std::uint32_t start = StartOf(id);
    const auto part = static_cast<std::uint32_t>(program_->parts_.size());
    program_->parts_.push_back(start);
    parts_.emplace(id, part);
    return part;
  }

  std::uint32_t Put(const Step& step) {
    program_->steps_.push_back(step);
    return static_cast<std::uint32_t>(program_->steps_.size() - 1);
  }

  struct PairHash {
    std::size_t operator()(const std::pair<const Condition*, bool>& key) const {
      return std::hash<const Condition*>{}(key.first) * 2 + (key.second ? 1 : 0);
    }
  };

  std::shared_ptr<Program> program_ = std::make_shared<Program>();
  NodePool pool_;
  std::array<std::vector<Root>, kKindCount> roots_;
  std::unordered_map<std::pair<const Condition*, bool>, NodeId, PairHash> folded_;  // of one kind
  std::unordered_map<std::string, std::uint32_t> tests_, slots_;
  std::unordered_map<const Predicate*, std::uint32_t> by_pointer_;
  std::unordered_map<NodeId, std::uint32_t> starts_, parts_;
};

Result<std::shared_ptr<const Program>> Program::Compile(std::vector<Rule> rules) {
  return Compiler().Run(std::move(rules));
}

}  // namespace brig::rules
