// SPDX-License-Identifier: Apache-2.0
#include "rules/fields/field.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <vector>

#include "base/nearest.h"
#include "rules/fields/tables.h"

namespace brig::rules {
namespace {

// Fields whose argument may stand behind a dot.
constexpr std::string_view kDotted[] = {"evt.arg.",     "evt.rawarg.",    "evt.abspath.",
                                        "evt.type.is.", "k8s.pod.label.", "container.label.",
                                        "k8s.ns.label."};

const std::vector<Field>& Table() {
  static const std::vector<Field> kTable = [] {
    std::vector<Field> all;
    for (const auto fields : {EventFields(), ProcessFields(), FileFields(), ContainerFields(),
                              UserFields(), BrigFields(), UnsupportedFields()})
      all.insert(all.end(), fields.begin(), fields.end());
    return all;
  }();
  return kTable;
}

const Field* FindExact(std::string_view name) {
  static const std::unordered_map<std::string_view, const Field*> kByName = [] {
    std::unordered_map<std::string_view, const Field*> by_name;
    for (const Field& field : Table()) by_name.emplace(field.name, &field);
    return by_name;
  }();
  const auto found = kByName.find(name);
  return found == kByName.end() ? nullptr : found->second;
}

bool Dotted(std::string_view name, Argument& argument, const Field*& field) {
  for (const std::string_view prefix : kDotted) {
    if (!name.starts_with(prefix) || name.size() == prefix.size()) continue;
    field = FindExact(prefix.substr(0, prefix.size() - 1));
    argument.given = true;
    argument.word = name.substr(prefix.size());
    return true;
  }
  return false;
}

bool IsEventArgument(const Field& field) {
  return field.name == "evt.arg" || field.name == "evt.rawarg";
}

}  // namespace

std::string_view NameOf(FieldType type) {
  static constexpr std::string_view kNames[] = {"text",    "number",  "yes or no",
                                                "address", "network", "bytes"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string_view NameOf(Fidelity fidelity) {
  static constexpr std::string_view kNames[] = {"exact", "best effort", "unsupported"};
  return kNames[static_cast<std::size_t>(fidelity)];
}

std::span<const Field> AllFields() { return Table(); }

Plural PluralOf(const Field& field, const Argument& argument) {
  return field.plural == Plural::kAny && argument.given ? Plural::kOne : field.plural;
}

const Field* FindField(std::string_view name, Argument& argument) {
  const Field* field = FindExact(name);
  if (field == nullptr && !Dotted(name, argument, field)) return nullptr;
  if (argument.given && !argument.word.empty()) {
    std::size_t index = 0;
    const char* const end = argument.word.data() + argument.word.size();
    const auto [at, error] = std::from_chars(argument.word.data(), end, index);
    if (error == std::errc{} && at == end) argument.index = index;
  }
  return field;
}

std::string NearestField(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Field& field : Table()) names.push_back(field.name);
  const std::string_view nearest = Nearest(name, names);
  if (!nearest.empty()) return "did you mean " + std::string(nearest) + "?";
  return "`brig rules fields` lists them";
}

bool MayHave(const Field& field, const Argument& argument, EventKind kind) {
  if (field.extract == nullptr) return false;
  if (field.only != nullptr && !field.only(OperationOf(kind))) return false;
  return !IsEventArgument(field) || FillsArgument(argument.word);
}

void Extract(const Field& field, const Argument& argument, const View& view, Values& out) {
  if (MayHave(field, argument, view.kind())) field.extract(view, argument, out);
}

}  // namespace brig::rules
