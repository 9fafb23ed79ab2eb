// SPDX-License-Identifier: Apache-2.0
// What rule files define, as they define it: lists, macros and rules after every append, override
// and redefinition, conditions still text. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/language/source.h"

namespace brig::rules {

enum class Priority : std::uint8_t {
  kEmergency,
  kAlert,
  kCritical,
  kError,
  kWarning,
  kNotice,
  kInformational,
  kDebug,
};
std::string_view NameOf(Priority priority);
std::optional<Priority> PriorityOf(std::string_view name);  // capitals do not matter

struct ListDefinition {
  std::string name;
  Place place;
  std::vector<Phrase> items;
};

// A macro sees those that were first defined before its own last definition, as in Falco.
struct MacroDefinition {
  std::string name;
  Place place;
  std::vector<Phrase> condition;  // pieces that were appended
  std::size_t first = 0, last = 0;
};

// A text or a list of such: `fields`, `comps` and `values` of an exception.
struct Entry {
  bool is_list = false;
  Phrase item;
  std::vector<Entry> items;
};

struct Exception {
  std::string name;
  Place place;
  std::optional<Entry> fields, comps;
  std::vector<Entry> values;
};

struct RuleDefinition {
  std::string name;
  Place place;
  std::vector<Phrase> condition, output, description;
  Priority priority = Priority::kDebug;
  std::string source = "syscall";
  std::vector<std::string> tags;
  bool enabled = true;
  bool warn_evttypes = true;
  bool skip_if_unknown_filter = false;
  std::vector<Exception> exceptions;
};

struct RuleSet {
  Sources sources;
  std::vector<ListDefinition> lists;
  std::vector<MacroDefinition> macros;
  std::vector<RuleDefinition> rules;  // in the order in which they were first defined
  std::vector<Remark> remarks;
  [[nodiscard]] bool failed() const;  // a remark is an error
};

// The pieces as one text.
std::string Joined(const std::vector<Phrase>& pieces);

}  // namespace brig::rules
