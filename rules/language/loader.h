// SPDX-License-Identifier: Apache-2.0
// Reads Falco's rule files, one after the other, into one rule set: what comes later appends to,
// overrides or redefines what came before. docs/rule-language.md tells the keys. A file is read up
// to its first error; remarks tell it. Not thread safe.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rules/language/rule_set.h"
#include "rules/language/yaml.h"

namespace brig::rules {

// The engine whose language this is: that of Falco 0.45, whose conditions see bytes as they are and
// whose strings know \xHH. Files that require a newer one do not load.
inline constexpr std::string_view kEngineVersion = "0.63.0";

inline constexpr std::size_t kMaxDefinitions = 100'000;  // lists, macros and rules of all files
inline constexpr std::size_t kMaxItems = 1'000'000;      // of all lists and exceptions

class Loader {
 public:
  // `name` stands in front of remarks. False when the file has an error.
  bool Load(std::string name, std::string text);
  [[nodiscard]] const RuleSet& rules() const { return set_; }
  [[nodiscard]] RuleSet Take() { return std::move(set_); }

 private:
  struct Overrides {
    std::set<std::string, std::less<>> append, replace;  // keys
    [[nodiscard]] bool empty() const { return append.empty() && replace.empty(); }
  };
  bool ReadItem(const Yaml& item);
  bool ReadEngineVersion(const Yaml& version);
  bool ReadPlugins(const Yaml& plugins);
  bool ReadList(const Yaml& item, const Phrase& name);
  bool ReadMacro(const Yaml& item, const Phrase& name);
  bool ReadRule(const Yaml& item, const Phrase& name);
  bool DefineRule(const Yaml& item, const Phrase& name);
  bool EnableRule(const Yaml& item, const Phrase& name);
  bool AppendRule(const Yaml& item, const Phrase& name);
  bool OverrideRule(const Yaml& item, const Phrase& name, const Overrides& overrides);
  bool OverrideKey(const Yaml& value, std::string_view key, bool append, RuleDefinition& rule);
  bool ReadRuleKey(const Yaml& value, std::string_view key, RuleDefinition& rule);
  bool ReadOverrides(const Yaml& item, std::string_view kind, Overrides& out);
  bool ReadAppend(const Yaml& item, const Overrides& overrides, bool& append);
  bool ReadExceptions(const Yaml& node, bool append, std::vector<Exception>& out);
  bool ReadException(const Yaml& node, bool append, Exception& out);
  bool ReadEntry(const Yaml& node, std::size_t depth, Entry& out);
  bool CheckException(Exception& exception);
  bool AppendExceptions(RuleDefinition& rule, std::vector<Exception> added);
  bool ReadText(const Yaml& item, std::string_view key, Phrase& out);
  bool ReadBool(const Yaml& value, std::string_view key, bool& out);
  bool ReadItems(const Yaml& item, std::vector<Phrase>& out);
  bool ReadTags(const Yaml& value, std::vector<std::string>& out);
  RuleDefinition* FindRule(const std::string& name);
  bool CountDefinition(const Place& place);
  void WarnKeys(const Yaml& item, std::string_view kind);
  bool Fail(const Place& place, std::string text);
  void Warn(const Place& place, std::string text);

  RuleSet set_;
  std::unordered_map<std::string, std::size_t> lists_, macros_, rules_;
  std::size_t definitions_ = 0, items_ = 0;
};

}  // namespace brig::rules
