// SPDX-License-Identifier: Apache-2.0
#include "rules/language/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/bytes.h"
#include "base/nearest.h"
#include "rules/language/parser.h"
#include "rules/language/version.h"

namespace brig::rules {
namespace {

constexpr std::string_view kTopKeys[] = {"rule", "macro", "list", "required_engine_version",
                                         "required_plugin_versions"};
constexpr std::string_view kListKeys[] = {"list", "items", "append", "override"};
constexpr std::string_view kMacroKeys[] = {"macro", "condition", "append", "override"};
constexpr std::string_view kRuleKeys[] = {"rule",          "condition",
                                          "output",        "desc",
                                          "priority",      "source",
                                          "enabled",       "tags",
                                          "warn_evttypes", "skip-if-unknown-filter",
                                          "append",        "override",
                                          "capture",       "capture_duration",
                                          "exceptions"};
constexpr std::string_view kAppendable[] = {"condition", "output", "desc", "tags", "exceptions"};
constexpr std::string_view kReplaceable[] = {
    "condition", "output",        "desc",
    "priority",  "tags",          "exceptions",
    "enabled",   "warn_evttypes", "skip-if-unknown-filter"};

bool Has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string Name(std::string_view word) { return Printable(word, 64); }

bool IsIdentifier(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && letter(name[0]) && std::ranges::all_of(name, [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

bool Loader::Fail(const Place& place, std::string text) {
  set_.remarks.push_back({RemarkKind::kError, place, std::move(text)});
  return false;
}

void Loader::Warn(const Place& place, std::string text) {
  set_.remarks.push_back({RemarkKind::kWarning, place, std::move(text)});
}

bool Loader::Load(std::string name, std::string text) {
  const bool too_big = text.size() > kMaxFileBytes;
  const std::size_t bytes = text.size();
  const std::uint32_t file = set_.sources.Add(std::move(name), too_big ? "" : std::move(text));
  if (too_big)
    return Fail({file, 0, 0},
                fmt::format("a rule file of {} bytes: at most {}, split it", bytes, kMaxFileBytes));
  auto read = ReadYaml(set_.sources, file);
  if (auto* remark = std::get_if<Remark>(&read)) {
    set_.remarks.push_back(std::move(*remark));
    return false;
  }
  for (const YamlRef& document : std::get<std::vector<YamlRef>>(read)) {
    if (document->kind == Yaml::Kind::kNothing) continue;
    if (document->kind != Yaml::Kind::kList)
      return Fail(document->place,
                  "a rule file is a list: `- rule: ...`, `- macro: ...`, "
                  "`- list: ...`");
    for (const YamlRef& item : document->items)
      if (item->kind != Yaml::Kind::kNothing && !ReadItem(*item)) return false;
  }
  return true;
}

bool Loader::ReadItem(const Yaml& item) {
  if (item.kind != Yaml::Kind::kMap)
    return Fail(item.place, "each item of a rule file is a map with `rule:`, `macro:` or `list:`");
  if (const Yaml* version = item.Find("required_engine_version"))
    return ReadEngineVersion(*version);
  if (const Yaml* plugins = item.Find("required_plugin_versions")) return ReadPlugins(*plugins);
  Phrase name;
  for (const std::string_view kind : {"list", "macro", "rule"}) {
    if (item.Find(kind) == nullptr) continue;
    if (!ReadText(item, kind, name)) return false;
    WarnKeys(item, kind);
    if (kind == "list") return ReadList(item, name);
    return kind == "macro" ? ReadMacro(item, name) : ReadRule(item, name);
  }
  const std::string key = item.pairs.empty() ? "" : item.pairs[0].first->text;
  Warn(item.place,
       fmt::format("unknown top level item {}: {}", Name(key), NearestWords(key, kTopKeys)));
  return true;
}

void Loader::WarnKeys(const Yaml& item, std::string_view kind) {
  const std::span<const std::string_view> known =
      kind == "list"    ? std::span<const std::string_view>(kListKeys)
      : kind == "macro" ? std::span<const std::string_view>(kMacroKeys)
                        : std::span<const std::string_view>(kRuleKeys);
  for (const auto& [key, value] : item.pairs)
    if (!Has(known, key->text))
      Warn(key->place, fmt::format("a {} has no key {}: {}", kind, Name(key->text),
                                   NearestWords(key->text, known)));
}

bool Loader::ReadText(const Yaml& item, std::string_view key, Phrase& out) {
  const Yaml* value = item.Find(key);
  if (value == nullptr) return Fail(item.place, fmt::format("`{}:` is missing here", key));
  if (value->kind != Yaml::Kind::kScalar || value->text.empty())
    return Fail(value->place, fmt::format("`{}:` wants a text", key));
  out = value->AsPhrase();
  return true;
}

bool Loader::ReadBool(const Yaml& value, std::string_view key, bool& out) {
  static constexpr std::string_view kTrue[] = {"true", "True", "TRUE", "yes", "Yes", "YES",
                                               "on",   "On",   "ON",   "y",   "Y"};
  static constexpr std::string_view kFalse[] = {"false", "False", "FALSE", "no", "No", "NO",
                                                "off",   "Off",   "OFF",   "n",  "N"};
  if (value.kind == Yaml::Kind::kScalar && Has(kTrue, value.text)) {
    out = true;
    return true;
  }
  if (value.kind == Yaml::Kind::kScalar && Has(kFalse, value.text)) {
    out = false;
    return true;
  }
  return Fail(value.place, fmt::format("`{}:` is true or false", key));
}

bool Loader::ReadItems(const Yaml& item, std::vector<Phrase>& out) {
  const Yaml* items = item.Find("items");
  if (items == nullptr) return Fail(item.place, "`items:` is missing here");
  if (items->kind != Yaml::Kind::kList) return Fail(items->place, "`items:` wants a list");
  for (const YamlRef& entry : items->items) {
    if (entry->kind != Yaml::Kind::kScalar)
      return Fail(entry->place, "an item of a list is one text");
    if (++items_ > kMaxItems)
      return Fail(entry->place, fmt::format("more than {} items in all lists", kMaxItems));
    out.push_back(entry->AsPhrase());
  }
  return true;
}

bool Loader::ReadTags(const Yaml& value, std::vector<std::string>& out) {
  if (value.kind != Yaml::Kind::kList) return Fail(value.place, "`tags:` wants a list");
  for (const YamlRef& tag : value.items) {
    if (tag->kind != Yaml::Kind::kScalar) return Fail(tag->place, "a tag is one text");
    if (std::ranges::find(out, tag->text) == out.end()) out.push_back(tag->text);
  }
  return true;
}

bool Loader::CountDefinition(const Place& place) {
  if (++definitions_ <= kMaxDefinitions) return true;
  return Fail(place, fmt::format("more than {} lists, macros and rules", kMaxDefinitions));
}

bool Loader::ReadEngineVersion(const Yaml& version) {
  if (version.kind != Yaml::Kind::kScalar)
    return Fail(version.place, "`required_engine_version:` is a number or a version, as 0.57.0");
  // A plain number is the minor version of before Falco 0.37.
  const bool number = version.text.find_first_not_of("0123456789") == std::string::npos;
  const auto required = ParseVersion(number ? fmt::format("0.{}.0", version.text) : version.text);
  if (!required)
    return Fail(version.place,
                fmt::format("{} is no version: write it as 0.57.0", Name(version.text)));
  if (*required > *ParseVersion(kEngineVersion))
    return Fail(version.place, fmt::format("these rules require engine version {}; brig speaks the "
                                           "language of {}: take rules that require less",
                                           Name(version.text), kEngineVersion));
  return true;
}

bool Loader::ReadPlugins(const Yaml& plugins) {
  if (plugins.kind != Yaml::Kind::kList)
    return Fail(plugins.place, "`required_plugin_versions:` wants a list");
  for (const YamlRef& plugin : plugins.items) {
    std::vector<const Yaml*> choices = {plugin.get()};
    if (const Yaml* others = plugin->Find("alternatives"))
      for (const YamlRef& other : others->items) choices.push_back(other.get());
    std::string wanted;
    bool met = false;
    for (const Yaml* choice : choices) {
      Phrase name;
      Phrase version;
      if (!ReadText(*choice, "name", name) || !ReadText(*choice, "version", version)) return false;
      const auto required = ParseVersion(version.text);
      if (!required)
        return Fail(version.place,
                    fmt::format("{} is no version: write it as 0.4.0", Name(version.text)));
      met = met || StandsInFor(name.text, *required);
      wanted +=
          fmt::format("{}{} {}", wanted.empty() ? "" : " or ", Name(name.text), Name(version.text));
    }
    if (!met)
      return Fail(plugin->place,
                  fmt::format("these rules require the plugin {}: brig runs no plugins, and itself "
                              "stands in for {} alone",
                              wanted, StandInWords()));
  }
  return true;
}

bool Loader::ReadOverrides(const Yaml& item, std::string_view kind, Overrides& out) {
  const Yaml* node = item.Find("override");
  if (node == nullptr) return true;
  if (node->kind != Yaml::Kind::kMap)
    return Fail(node->place, "`override:` wants a map, as in `condition: append`");
  for (const auto& [key, value] : node->pairs) {
    const std::string_view only = kind == "list" ? "items" : "condition";
    const bool appendable = kind == "rule" ? Has(kAppendable, key->text) : key->text == only;
    const bool replaceable = kind == "rule" ? Has(kReplaceable, key->text) : key->text == only;
    if (value->text == "append" ? !appendable : value->text == "replace" && !replaceable)
      return Fail(key->place, fmt::format("{} of a {} cannot be {}ed{}", Name(key->text), kind,
                                          value->text == "append" ? "append" : "replac",
                                          replaceable ? ": use `replace`" : ""));
    if (value->text != "append" && value->text != "replace")
      return Fail(value->place,
                  fmt::format("an override is `append` or `replace`, not {}", Name(value->text)));
    if (item.Find(key->text) == nullptr)
      return Fail(key->place, fmt::format("`override:` names {}, but `{}:` is not given",
                                          Name(key->text), Name(key->text)));
    (value->text == "append" ? out.append : out.replace).insert(key->text);
  }
  return true;
}

bool Loader::ReadAppend(const Yaml& item, const Overrides& overrides, bool& append) {
  const Yaml* node = item.Find("append");
  if (node == nullptr) return true;
  if (!ReadBool(*node, "append", append)) return false;
  if (!append) return true;
  if (!overrides.empty())
    return Fail(node->place, "`append:` and `override:` exclude each other: keep `override:`");
  Warn(node->place, "`append:` is deprecated: write `override:` with `append` for each key");
  return true;
}

bool Loader::ReadList(const Yaml& item, const Phrase& name) {
  if (name.text.find_first_of("()\"'=, \t\r\n") != std::string::npos)
    return Fail(name.place, "a list's name has no spaces and none of ( ) \" ' = ,");
  Overrides overrides;
  bool append = false;
  std::vector<Phrase> items;
  if (!ReadItems(item, items) || !ReadOverrides(item, "list", overrides) ||
      !ReadAppend(item, overrides, append))
    return false;
  append = append || overrides.append.contains("items");
  const auto known = lists_.find(name.text);
  if (known == lists_.end() && (append || !overrides.empty()))
    return Fail(name.place,
                fmt::format("there is no list {} yet to append to or override", Name(name.text)));
  if (append) {
    std::ranges::move(items, std::back_inserter(set_.lists[known->second].items));
    return true;
  }
  if (!CountDefinition(name.place)) return false;
  if (known == lists_.end()) {
    lists_.emplace(name.text, set_.lists.size());
    set_.lists.push_back({name.text, name.place, std::move(items)});
  } else {
    set_.lists[known->second] = {name.text, name.place, std::move(items)};
  }
  return true;
}

bool Loader::ReadMacro(const Yaml& item, const Phrase& name) {
  if (!IsIdentifier(name.text))
    return Fail(name.place, "a macro's name is letters, digits and _, a letter first");
  Overrides overrides;
  bool append = false;
  Phrase condition;
  if (!ReadText(item, "condition", condition) || !ReadOverrides(item, "macro", overrides) ||
      !ReadAppend(item, overrides, append))
    return false;
  append = append || overrides.append.contains("condition");
  const auto known = macros_.find(name.text);
  if (known == macros_.end() && (append || !overrides.empty()))
    return Fail(name.place,
                fmt::format("there is no macro {} yet to append to or override", Name(name.text)));
  if (!CountDefinition(name.place)) return false;
  if (append) {
    MacroDefinition& macro = set_.macros[known->second];
    macro.condition.push_back(std::move(condition));
    macro.last = definitions_;
    return true;
  }
  MacroDefinition macro{name.text, name.place, {std::move(condition)}, definitions_, definitions_};
  if (known == macros_.end()) {
    macros_.emplace(name.text, set_.macros.size());
    set_.macros.push_back(std::move(macro));
  } else {
    macro.first = set_.macros[known->second].first;
    set_.macros[known->second] = std::move(macro);
  }
  return true;
}

}  // namespace brig::rules
