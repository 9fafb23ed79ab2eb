// SPDX-License-Identifier: Apache-2.0
#include "rules/match/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/bytes.h"
#include "base/nearest.h"
#include "rules/language/parser.h"
#include "rules/match/event_types.h"
#include "rules/match/exceptions.h"
#include "rules/match/lists.h"
#include "rules/match/operands.h"

namespace brig::rules {
namespace {

constexpr std::string_view kSource = "syscall";

std::string Name(std::string_view word) { return Printable(word, 64); }

// MITRE's ids: T1059, T1059.004.
bool IsTechnique(std::string_view tag) {
  return tag.size() >= 5 && tag[0] == 'T' &&
         tag.substr(1, 4).find_first_not_of("0123456789") == std::string_view::npos;
}

class Resolver {
 public:
  explicit Resolver(const RuleSet& set) : set_(set), lists_(set.lists) {
    for (const MacroDefinition& definition : set.macros)
      macros_[definition.name].definition = &definition;
  }

  Rules Run() {
    for (auto& [name, macro] : macros_) Parse(macro);
    CheckMacros();
    for (const RuleDefinition& definition : set_.rules) AddRule(definition);
    return std::move(result_);
  }

 private:
  struct Macro {
    const MacroDefinition* definition = nullptr;
    ExpressionRef expression;
    ConditionRef condition;
    std::optional<Remark> error;  // of what it says, told by the rules that use it
    bool open = false;            // being filled in
  };
  using Resolved = std::variant<ConditionRef, Remark>;

  void Error(Remark remark) {
    remark.kind = RemarkKind::kError;
    result_.remarks.push_back(std::move(remark));
  }
  void Warn(const Place& place, std::string text) {
    result_.remarks.push_back({RemarkKind::kWarning, place, std::move(text)});
  }

  void Parse(Macro& macro) {
    auto parsed = ParseCondition(set_.sources, macro.definition->condition);
    if (auto* error = std::get_if<Remark>(&parsed))
      Error(std::move(*error));
    else
      macro.expression = std::get<ExpressionRef>(std::move(parsed));
  }

  // Macros that nobody uses are checked for what they refer to, as in Falco.
  void CheckMacros() {
    for (const MacroDefinition& definition : set_.macros) {
      const Macro& macro = macros_[definition.name];
      if (!macro.expression) continue;
      std::vector<const Expression*> open = {macro.expression.get()};
      while (!open.empty()) {
        const Expression* expression = open.back();
        open.pop_back();
        for (const ExpressionRef& part : expression->parts) open.push_back(part.get());
        if (expression->kind != Expression::Kind::kMacro) continue;
        if (auto wrong = CannotUse(*expression, &definition)) Error(std::move(*wrong));
      }
    }
  }

  // Why `user` may not name that macro.
  std::optional<Remark> CannotUse(const Expression& use, const MacroDefinition* user) {
    const auto known = macros_.find(use.macro);
    if (known == macros_.end()) {
      std::vector<std::string_view> names;
      for (const auto& [name, macro] : macros_) names.push_back(name);
      const std::string_view nearest = Nearest(use.macro, names);
      return Remark{RemarkKind::kError, use.place,
                    fmt::format("there is no macro {}{}", Name(use.macro),
                                nearest.empty() ? std::string()
                                                : fmt::format(": did you mean {}?", nearest))};
    }
    const MacroDefinition& used = *known->second.definition;
    if (user != nullptr && used.first >= user->last)
      return Remark{RemarkKind::kError, use.place,
                    used.name == user->name
                        ? fmt::format("the macro {} uses itself", Name(used.name))
                        : fmt::format("the macro {} is defined later, at {}: a macro sees only "
                                      "those before it",
                                      Name(used.name), set_.sources.Words(used.place))};
    return std::nullopt;
  }

  // Depth is bounded by the parser for one condition, and by kMaxConditionDepth through macros.
  Resolved Fill(const Expression& expression, const MacroDefinition* user, std::size_t depth) {
    if (depth > kMaxConditionDepth)
      return Remark{
          RemarkKind::kError, expression.place,
          fmt::format("nested deeper than {} levels, macros written out", kMaxConditionDepth)};
    switch (expression.kind) {
      case Expression::Kind::kCheck: return FillCheck(expression);
      case Expression::Kind::kMacro: return FillMacro(expression, user, depth);
      default: return FillParts(expression, user, depth);
    }
  }

  Resolved FillParts(const Expression& expression, const MacroDefinition* user, std::size_t depth) {
    auto condition = std::make_shared<Condition>();
    condition->kind = expression.kind == Expression::Kind::kAnd  ? Condition::Kind::kAnd
                      : expression.kind == Expression::Kind::kOr ? Condition::Kind::kOr
                                                                 : Condition::Kind::kNot;
    condition->size = 0;
    std::size_t deepest = 0;
    for (const ExpressionRef& part : expression.parts) {
      Resolved filled = Fill(*part, user, depth + 1);
      if (std::holds_alternative<Remark>(filled)) return filled;
      condition->parts.push_back(std::get<ConditionRef>(std::move(filled)));
      condition->size += condition->parts.back()->size;
      deepest = std::max(deepest, condition->parts.back()->depth);
      if (condition->size > kMaxPredicates)
        return Remark{RemarkKind::kError, part->place,
                      fmt::format("more than {} checks, macros written out", kMaxPredicates)};
    }
    condition->depth = deepest + 1;
    return condition;
  }

  Resolved FillMacro(const Expression& use, const MacroDefinition* user, std::size_t depth) {
    if (auto wrong = CannotUse(use, user)) return std::move(*wrong);
    Macro& macro = macros_.find(use.macro)->second;
    if (!macro.expression)
      return Remark{RemarkKind::kError, use.place,
                    fmt::format("the macro {} has an error", Name(use.macro))};
    if (macro.open)
      return Remark{RemarkKind::kError, use.place,
                    fmt::format("the macro {} uses itself", Name(use.macro))};
    if (!macro.condition && !macro.error) {
      macro.open = true;
      Resolved filled = Fill(*macro.expression, macro.definition, depth + 1);
      macro.open = false;
      if (auto* error = std::get_if<Remark>(&filled))
        macro.error = std::move(*error);
      else
        macro.condition = std::get<ConditionRef>(std::move(filled));
    }
    if (macro.error) return *macro.error;
    if (depth + macro.condition->depth > kMaxConditionDepth)
      return Remark{
          RemarkKind::kError, use.place,
          fmt::format("nested deeper than {} levels, macros written out", kMaxConditionDepth)};
    return macro.condition;
  }

  Resolved FillCheck(const Expression& check) {
    std::vector<Literal> values;
    if (TakesList(check.op) && !check.right) {
      if (auto error = lists_.Expand(check.values, values)) return std::move(*error);
    } else {
      values = check.values;
    }
    constants_ += values.size();
    if (constants_ > kMaxAllConstants)
      return Remark{RemarkKind::kError, check.place,
                    fmt::format("more than {} values in all rules", kMaxAllConstants)};
    auto resolved = ResolveCheck(check, values);
    if (auto* error = std::get_if<Remark>(&resolved)) return std::move(*error);
    PredicateRef predicate = std::get<PredicateRef>(std::move(resolved));
    if (predicate->left->field != nullptr && predicate->left->field->name == "evt.dir")
      deprecated_ = check.place;
    auto condition = std::make_shared<Condition>();
    condition->predicate = std::move(predicate);
    return condition;
  }

  void AddRule(const RuleDefinition& definition) {
    if (definition.source != kSource) {
      Warn(definition.place, fmt::format("the rule is for events of {}, which brig does not see: "
                                         "it is left out",
                                         Name(definition.source)));
      return;
    }
    deprecated_.reset();
    auto condition = ConditionOf(definition);
    auto output = ParseOutput(set_.sources, definition.output);
    for (const Remark* error : {std::get_if<Remark>(&condition), std::get_if<Remark>(&output)}) {
      if (error == nullptr) continue;
      if (!definition.skip_if_unknown_filter || !IsUnknown(*error)) return Error(*error);
      return Warn(error->place, error->text + ": the rule is left out, as it asks to be");
    }
    if (deprecated_)
      Warn(*deprecated_, "evt.dir is deprecated: < holds for every event, > for none");
    Rule rule;
    rule.name = definition.name;
    rule.description = Joined(definition.description);
    rule.description.erase(rule.description.find_last_not_of(" \n") + 1);
    rule.source = definition.source;
    rule.place = definition.place;
    rule.priority = definition.priority;
    rule.severity = SeverityOf(definition.priority);
    rule.tags = definition.tags;
    const auto technique = std::ranges::find_if(rule.tags, IsTechnique);
    if (technique != rule.tags.end()) rule.technique = *technique;
    rule.enabled = definition.enabled;
    rule.condition = std::get<ConditionRef>(std::move(condition));
    rule.output = std::get<Output>(std::move(output));
    CheckEvents(definition, rule);
    result_.rules.push_back(std::move(rule));
  }

  Resolved ConditionOf(const RuleDefinition& definition) {
    auto parsed = ParseCondition(set_.sources, definition.condition);
    if (auto* error = std::get_if<Remark>(&parsed)) return std::move(*error);
    ExpressionRef expression = std::get<ExpressionRef>(std::move(parsed));
    for (const Exception& exception : definition.exceptions) {
      auto joined = WithException(std::move(expression), exception);
      if (auto* error = std::get_if<Remark>(&joined)) return std::move(*error);
      expression = std::get<ExpressionRef>(std::move(joined));
    }
    return Fill(*expression, nullptr, 0);
  }

  // What Falco warns of, and what can never be here.
  void CheckEvents(const RuleDefinition& definition, const Rule& rule) {
    const EventTypes types = EventTypesOf(*rule.condition);
    if (types.all && definition.warn_evttypes)
      Warn(definition.place, fmt::format("the rule \"{}\" looks at every event: say evt.type, or "
                                         "`warn_evttypes: false`",
                                         Name(rule.name)));
    if (types.seen.any() || !rule.enabled) return;
    std::string why = "no event can be all that it asks";
    if (!types.not_sent.empty())
      why = fmt::format("brig does not see {}", fmt::join(types.not_sent, ", "));
    if (!types.unsupported.empty())
      why =
          fmt::format("it needs {}, which has no value here: {}", types.unsupported, types.reason);
    result_.remarks.push_back(
        {RemarkKind::kNote, definition.place,
         fmt::format("the rule \"{}\" can never fire here: {}", Name(rule.name), why)});
  }

  const RuleSet& set_;
  Lists lists_;
  std::unordered_map<std::string_view, Macro> macros_;
  std::uint64_t constants_ = 0;
  std::optional<Place> deprecated_;
  Rules result_;
};

}  // namespace

bool Rules::failed() const {
  return std::ranges::any_of(
      remarks, [](const Remark& remark) { return remark.kind == RemarkKind::kError; });
}

Severity SeverityOf(Priority priority) {
  switch (priority) {
    case Priority::kEmergency:
    case Priority::kAlert:
    case Priority::kCritical: return Severity::kCritical;
    case Priority::kError: return Severity::kHigh;
    case Priority::kWarning: return Severity::kWarning;
    default: return Severity::kNotice;
  }
}

Rules Resolve(const RuleSet& set) { return Resolver(set).Run(); }

}  // namespace brig::rules
