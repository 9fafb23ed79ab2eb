// SPDX-License-Identifier: Apache-2.0
// Conditions of one kind of event as nodes that are equal when their numbers are: the compiler's
// working form. `not` is gone: it stands at the checks. Not thread safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rules/match/condition.h"

namespace brig::rules {

using NodeId = std::uint32_t;
inline constexpr NodeId kFalseNode = 0, kTrueNode = 1;

struct Node {
  enum class Kind : std::uint8_t { kFalse, kTrue, kTest, kAnd, kOr };
  Kind kind = Kind::kFalse;
  bool negated = false;  // of a test
  std::uint32_t test = 0;
  std::vector<NodeId> parts;  // of and, or: the cheapest first
  std::uint32_t cost = 0;
  std::uint32_t uses = 0;  // by other nodes and rules
  std::uint32_t size = 1;
};

class NodePool {
 public:
  NodePool() : nodes_(2) { nodes_[kTrueNode].kind = Node::Kind::kTrue; }
  NodeId Test(std::uint32_t test, bool negated, std::uint32_t cost);
  // Flattened, sorted, each part once; a part and its opposite decide.
  NodeId Join(Node::Kind kind, const std::vector<NodeId>& parts);
  [[nodiscard]] const Node& operator[](NodeId id) const { return nodes_[id]; }
  [[nodiscard]] Node& At(NodeId id) { return nodes_[id]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

 private:
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, NodeId> tests_;
  std::map<std::pair<Node::Kind, std::vector<NodeId>>, NodeId> joins_;
};

}  // namespace brig::rules
