// SPDX-License-Identifier: Apache-2.0
#include "policy/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/nearest.h"

namespace brig::policy {
namespace {

constexpr std::size_t kMaxShown = 64;

std::string_view KindWords(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNothing: return "nothing";
    case Node::Kind::kWord: return "a word";
    case Node::Kind::kList: return "a list";
    case Node::Kind::kMap: break;
  }
  return "a map";
}

}  // namespace

std::unexpected<Error> Wrong(const std::string& where, const Node& node, std::string message) {
  return std::unexpected(ErrorAt(where, node, std::move(message)));
}

Result<> CheckMap(const std::string& where, const Node& node, std::string_view what,
                  std::span<const std::string_view> known) {
  if (node.kind != Node::Kind::kMap)
    return Wrong(where, node,
                 fmt::format("{} is {}: write `key: value` below it, with the keys {}", what,
                             KindWords(node), fmt::join(known, ", ")));
  for (const Node& key : node.keys)
    if (std::ranges::find(known, key.word) == known.end())
      return Wrong(where, key, NoSuch(key.word, fmt::format("key of {}", what), known));
  return {};
}

const Node* Find(const Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.keys, key, &Node::word);
  return found == map.keys.end() ? nullptr
                                 : &map.items[static_cast<std::size_t>(found - map.keys.begin())];
}

Result<> CheckList(const std::string& where, const Node& node, std::string_view what,
                   std::size_t max) {
  if (node.kind != Node::Kind::kList)
    return Wrong(where, node,
                 fmt::format("{} is {}: write a list, `[a, b]` or a line `- a` for each", what,
                             KindWords(node)));
  if (node.items.empty())
    return Wrong(where, node, fmt::format("{} is empty: leave the key out", what));
  if (node.items.size() > max)
    return Wrong(where, node.items[max],
                 fmt::format("{} has {} items: at most {}", what, node.items.size(), max));
  return {};
}

Result<std::string> WordOf(const std::string& where, const Node& node, std::string_view what,
                           std::size_t max) {
  if (node.kind != Node::Kind::kWord || node.word.empty())
    return Wrong(where, node,
                 fmt::format("{} is {}: write one word, in quotes if need be", what,
                             node.kind == Node::Kind::kWord ? "empty" : KindWords(node)));
  if (node.word.size() > max)
    return Wrong(where, node,
                 fmt::format("{} has {} bytes: at most {}", what, node.word.size(), max));
  return node.word;
}

std::string NoSuch(std::string_view word, std::string_view what,
                   std::span<const std::string_view> names) {
  return fmt::format("\"{}\" is no {}: {}", Printable(word, kMaxShown), what,
                     NearestWords(word, names));
}

}  // namespace brig::policy
