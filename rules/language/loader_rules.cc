// SPDX-License-Identifier: Apache-2.0
// The loader's part that reads rules.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/bytes.h"
#include "base/nearest.h"
#include "rules/language/expression.h"
#include "rules/language/loader.h"

namespace brig::rules {
namespace {

constexpr std::string_view kExceptionKeys[] = {"name", "fields", "comps", "values"};
constexpr std::size_t kEntryDepth = 2;  // a list of texts and lists
constexpr std::string_view kPriorityNames[] = {"EMERGENCY", "ALERT",  "CRITICAL", "ERROR",
                                               "WARNING",   "NOTICE", "INFO",     "DEBUG"};

std::string Name(std::string_view word) { return Printable(word, 64); }

}  // namespace

RuleDefinition* Loader::FindRule(const std::string& name) {
  const auto known = rules_.find(name);
  return known == rules_.end() ? nullptr : &set_.rules[known->second];
}

bool Loader::ReadRule(const Yaml& item, const Phrase& name) {
  Overrides overrides;
  bool append = false;
  if (!ReadOverrides(item, "rule", overrides) || !ReadAppend(item, overrides, append)) return false;
  if (!overrides.empty()) return OverrideRule(item, name, overrides);
  if (append) return AppendRule(item, name);
  const bool only_enables = item.Find("condition") == nullptr && item.Find("output") == nullptr &&
                            item.Find("desc") == nullptr && item.Find("priority") == nullptr;
  return only_enables ? EnableRule(item, name) : DefineRule(item, name);
}

bool Loader::EnableRule(const Yaml& item, const Phrase& name) {
  const Yaml* enabled = item.Find("enabled");
  if (enabled == nullptr)
    return Fail(name.place, "a rule needs `condition:`, `output:`, `desc:` and `priority:`");
  RuleDefinition* rule = FindRule(name.text);
  if (rule == nullptr)
    return Fail(name.place,
                fmt::format("there is no rule \"{}\" yet to switch on or off", Name(name.text)));
  Warn(enabled->place,
       "a rule of nothing but `enabled:` is deprecated: add `override:` with "
       "`enabled: replace`");
  return ReadBool(*enabled, "enabled", rule->enabled);
}

bool Loader::DefineRule(const Yaml& item, const Phrase& name) {
  if (!CountDefinition(name.place)) return false;
  RuleDefinition rule;
  rule.name = name.text;
  rule.place = name.place;
  Phrase text;
  for (const std::string_view key : {"condition", "output", "desc", "priority"})
    if (!ReadText(item, key, text)) return false;
  for (const auto& [key, value] : item.pairs)
    if (!ReadRuleKey(*value, key->text, rule)) return false;
  if (RuleDefinition* known = FindRule(name.text)) {
    *known = std::move(rule);
    return true;
  }
  rules_.emplace(name.text, set_.rules.size());
  set_.rules.push_back(std::move(rule));
  return true;
}

bool Loader::ReadRuleKey(const Yaml& value, std::string_view key, RuleDefinition& rule) {
  if (key == "condition") rule.condition = {value.AsPhrase()};
  if (key == "output") rule.output = {value.AsPhrase()};
  if (key == "desc") rule.description = {value.AsPhrase()};
  if (key == "enabled") return ReadBool(value, key, rule.enabled);
  if (key == "warn_evttypes") return ReadBool(value, key, rule.warn_evttypes);
  if (key == "skip-if-unknown-filter") return ReadBool(value, key, rule.skip_if_unknown_filter);
  if (key == "tags") return ReadTags(value, rule.tags);
  if (key == "source") {
    if (value.kind != Yaml::Kind::kScalar || value.text.empty())
      return Fail(value.place, "`source:` wants a text, as in `syscall`");
    rule.source = value.text;
  }
  if (key == "priority") {
    const auto priority = PriorityOf(value.text);
    if (!priority)
      return Fail(value.place, fmt::format("{} is no priority: {}", Name(value.text),
                                           NearestWords(value.text, kPriorityNames)));
    rule.priority = *priority;
  }
  if (key == "exceptions") {
    std::vector<Exception> exceptions;
    if (!ReadExceptions(value, /*append=*/false, exceptions)) return false;
    rule.exceptions = std::move(exceptions);
  }
  return true;
}

bool Loader::AppendRule(const Yaml& item, const Phrase& name) {
  RuleDefinition* rule = FindRule(name.text);
  if (rule == nullptr)
    return Fail(name.place,
                fmt::format("there is no rule \"{}\" yet to append to", Name(name.text)));
  for (const std::string_view key : {"condition", "exceptions", "tags"})
    if (const Yaml* value = item.Find(key))
      if (!OverrideKey(*value, key, /*append=*/true, *rule)) return false;
  return true;
}

bool Loader::OverrideRule(const Yaml& item, const Phrase& name, const Overrides& overrides) {
  RuleDefinition* rule = FindRule(name.text);
  if (rule == nullptr)
    return Fail(name.place,
                fmt::format("there is no rule \"{}\" yet to override", Name(name.text)));
  for (const auto& [key, value] : item.pairs) {
    const std::string& word = key->text;
    if (word == "rule" || word == "override" || word == "append") continue;
    const bool append = overrides.append.contains(word);
    if (!append && !overrides.replace.contains(word))
      return Fail(key->place, fmt::format("`{}:` is given, but `override:` does not say whether it "
                                          "is appended or replaced",
                                          Name(word)));
    if (!OverrideKey(*value, word, append, *rule)) return false;
  }
  return true;
}

bool Loader::OverrideKey(const Yaml& value, std::string_view key, bool append,
                         RuleDefinition& rule) {
  if (key == "exceptions") {
    std::vector<Exception> exceptions;
    if (!ReadExceptions(value, append, exceptions)) return false;
    if (append) return AppendExceptions(rule, std::move(exceptions));
    rule.exceptions = std::move(exceptions);
    return true;
  }
  if (!append && key == "tags") rule.tags.clear();
  if (!append || key == "tags") return ReadRuleKey(value, key, rule);
  if (value.kind != Yaml::Kind::kScalar || value.text.empty())
    return Fail(value.place, fmt::format("`{}:` wants a text", key));
  if (key == "condition") rule.condition.push_back(value.AsPhrase());
  if (key == "output") rule.output.push_back(value.AsPhrase());
  if (key == "desc") rule.description.push_back(value.AsPhrase());
  return true;
}

bool Loader::ReadExceptions(const Yaml& node, bool append, std::vector<Exception>& out) {
  if (node.kind == Yaml::Kind::kNothing) return true;
  if (node.kind != Yaml::Kind::kList) return Fail(node.place, "`exceptions:` wants a list");
  for (const YamlRef& item : node.items) {
    Exception exception;
    if (!ReadException(*item, append, exception)) return false;
    if (std::ranges::find(out, exception.name, &Exception::name) != out.end())
      return Fail(exception.place,
                  fmt::format("two exceptions of one rule are named {}", Name(exception.name)));
    if (!append && !CheckException(exception)) return false;
    out.push_back(std::move(exception));
  }
  return true;
}

bool Loader::ReadException(const Yaml& node, bool append, Exception& out) {
  if (node.kind != Yaml::Kind::kMap)
    return Fail(node.place, "an exception is a map of `name:`, `fields:`, `comps:`, `values:`");
  for (const auto& [key, value] : node.pairs)
    if (std::ranges::find(kExceptionKeys, key->text) == std::end(kExceptionKeys))
      Warn(key->place, fmt::format("an exception has no key {}: {}", Name(key->text),
                                   NearestWords(key->text, kExceptionKeys)));
  Phrase name;
  if (!ReadText(node, "name", name)) return false;
  out.name = name.text;
  out.place = name.place;
  if (const Yaml* fields = node.Find("fields"))
    if (!ReadEntry(*fields, 1, out.fields.emplace())) return false;
  if (const Yaml* comps = node.Find("comps"))
    if (!ReadEntry(*comps, 1, out.comps.emplace())) return false;
  const Yaml* values = node.Find("values");
  if (values == nullptr) {
    if (append) Warn(name.place, "an appended exception without values changes nothing");
    return true;
  }
  if (values->kind != Yaml::Kind::kList) return Fail(values->place, "`values:` wants a list");
  for (const YamlRef& value : values->items) {
    if (!ReadEntry(*value, kEntryDepth, out.values.emplace_back())) return false;
  }
  return true;
}

bool Loader::ReadEntry(const Yaml& node, std::size_t depth, Entry& out) {
  if (++items_ > kMaxItems)
    return Fail(node.place, fmt::format("more than {} items in all lists", kMaxItems));
  out.item.place = node.place;
  if (node.kind == Yaml::Kind::kScalar && !node.text.empty()) {
    out.item = node.AsPhrase();
    return true;
  }
  if (node.kind != Yaml::Kind::kList || depth == 0)
    return Fail(node.place, "expected a text or a list of texts here");
  out.is_list = true;
  for (const YamlRef& item : node.items)
    if (!ReadEntry(*item, depth - 1, out.items.emplace_back())) return false;
  return true;
}

// Fills in `comps` where they are left out, and checks that all fits together.
bool Loader::CheckException(Exception& exception) {
  if (!exception.fields)
    return Fail(exception.place,
                fmt::format("the exception {} has no `fields:`", Name(exception.name)));
  const Entry& fields = *exception.fields;
  if (!exception.comps) {
    exception.comps.emplace();
    exception.comps->is_list = fields.is_list;
    exception.comps->item = {"in", exception.place};
    for (std::size_t i = 0; i < fields.items.size(); ++i)
      exception.comps->items.push_back({false, {"=", exception.place}, {}});
  }
  const Entry& comps = *exception.comps;
  if (comps.is_list != fields.is_list || comps.items.size() != fields.items.size())
    return Fail(comps.item.place,
                "`fields:` and `comps:` must be both one text, or lists of "
                "equal length");
  for (const Entry& comp : comps.items) {
    const auto op = comp.is_list ? std::nullopt : OperatorOf(comp.item.text);
    if (!op || *op == Operator::kExists)
      return Fail(comp.item.place,
                  fmt::format("{} is no operator that compares", Name(comp.item.text)));
  }
  const auto op = OperatorOf(comps.item.text);
  if (!comps.is_list && (!op || !TakesList(*op)))
    return Fail(comps.item.place, "`comps:` of one field is in, intersects or pmatch");
  for (const Entry& value : exception.values) {
    if (!fields.is_list && value.is_list)
      return Fail(value.item.place, "values of one field are texts, not lists");
    if (fields.is_list && (!value.is_list || value.items.size() != fields.items.size()))
      return Fail(value.item.place,
                  fmt::format("expected a list of {} values here, one for each field",
                              fields.items.size()));
  }
  return true;
}

bool Loader::AppendExceptions(RuleDefinition& rule, std::vector<Exception> added) {
  for (Exception& exception : added) {
    const auto known = std::ranges::find(rule.exceptions, exception.name, &Exception::name);
    if (known == rule.exceptions.end()) {
      if (!CheckException(exception)) return false;
      rule.exceptions.push_back(std::move(exception));
      continue;
    }
    if (exception.fields || exception.comps)
      return Fail(exception.place, fmt::format("the exception {} has its fields already: append "
                                               "values alone",
                                               Name(exception.name)));
    std::ranges::move(exception.values, std::back_inserter(known->values));
    if (!CheckException(*known)) return false;
  }
  return true;
}

}  // namespace brig::rules
