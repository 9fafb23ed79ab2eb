// SPDX-License-Identifier: Apache-2.0
// The text of a rule file as a tree whose every node knows its place. All of YAML that real rule
// files use: several documents, anchors and aliases (shared, never copied). yaml-cpp reads; its
// exceptions end here. Thread safe (no state).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/language/source.h"

namespace brig::rules {

inline constexpr std::size_t kMaxFileBytes = 4 << 20;
inline constexpr std::size_t kMaxYamlDepth = 16;
inline constexpr std::size_t kMaxYamlNodes = 1'000'000;  // of one file

struct Yaml;
using YamlRef = std::shared_ptr<const Yaml>;
struct Yaml {
  enum class Kind : std::uint8_t { kNothing, kScalar, kList, kMap };
  Kind kind = Kind::kNothing;
  Place place;
  std::string text;            // of a scalar
  std::vector<YamlRef> items;  // of a list
  std::vector<std::pair<YamlRef, YamlRef>> pairs;

  // The value of the first such key of a map, or null.
  [[nodiscard]] const Yaml* Find(std::string_view key) const;
  [[nodiscard]] Phrase AsPhrase() const { return {text, place}; }
};

// The documents of a file that Sources holds already.
[[nodiscard]] std::variant<std::vector<YamlRef>, Remark> ReadYaml(const Sources& sources,
                                                                  std::uint32_t file);

}  // namespace brig::rules
