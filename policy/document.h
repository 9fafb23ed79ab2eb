// SPDX-License-Identifier: Apache-2.0
// The text of a policy file as a tree whose every node knows its line and column. YAML, but less of
// it: words, lists and maps. Anchors, aliases, tags, keys that are no words, keys given twice and a
// second document are refused, for they say nothing here that cannot be said plainly, and every
// size has a limit. yaml-cpp reads; its exceptions end here. Thread safe (no state).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace brig::policy {

inline constexpr std::size_t kMaxDepth = 8;
inline constexpr std::size_t kMaxNodes = 20'000;
inline constexpr std::size_t kMaxScalarBytes = 512;
inline constexpr std::size_t kMaxKeys = 64;  // of one map

struct Node {
  enum class Kind { kNothing, kWord, kList, kMap };
  Kind kind = Kind::kNothing;
  std::uint32_t line = 1, column = 1;
  std::string word;         // kWord
  std::vector<Node> items;  // of a list; of a map, the values
  std::vector<Node> keys;   // of a map: words
};

// kInvalid with "NAME:LINE:COLUMN: what is wrong", or kLimit. An empty text is kNothing.
[[nodiscard]] Result<Node> ReadDocument(std::string_view text, const std::string& name);

// The error of a node: "NAME:LINE:COLUMN: MESSAGE".
Error ErrorAt(const std::string& name, const Node& node, std::string message);

}  // namespace brig::policy
