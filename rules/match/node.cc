// SPDX-License-Identifier: Apache-2.0
#include "rules/match/node.h"

#include <algorithm>
#include <limits>

namespace brig::rules {

NodeId NodePool::Test(std::uint32_t test, bool negated, std::uint32_t cost) {
  const std::uint64_t key = static_cast<std::uint64_t>(test) << 1 | (negated ? 1 : 0);
  const auto [known, fresh] = tests_.emplace(key, static_cast<NodeId>(nodes_.size()));
  if (fresh) {
    Node node;
    node.kind = Node::Kind::kTest;
    node.test = test;
    node.negated = negated;
    node.cost = cost;
    nodes_.push_back(std::move(node));
  }
  return known->second;
}

NodeId NodePool::Join(Node::Kind kind, const std::vector<NodeId>& parts) {
  const NodeId decides = kind == Node::Kind::kAnd ? kFalseNode : kTrueNode;
  const NodeId nothing = kind == Node::Kind::kAnd ? kTrueNode : kFalseNode;
  std::vector<NodeId> flat;
  for (const NodeId part : parts) {
    if (part == decides) return decides;
    if (part == nothing) continue;
    if (nodes_[part].kind == kind)
      flat.insert(flat.end(), nodes_[part].parts.begin(), nodes_[part].parts.end());
    else
      flat.push_back(part);
  }
  const auto order = [&](NodeId a, NodeId b) {
    return std::pair(nodes_[a].cost, a) < std::pair(nodes_[b].cost, b);
  };
  std::ranges::sort(flat, order);
  flat.erase(std::ranges::unique(flat).begin(), flat.end());
  if (flat.empty()) return nothing;
  if (flat.size() == 1) return flat[0];
  std::unordered_map<std::uint32_t, bool> seen;
  for (const NodeId part : flat) {
    if (nodes_[part].kind != Node::Kind::kTest) continue;
    const auto [known, fresh] = seen.emplace(nodes_[part].test, nodes_[part].negated);
    if (!fresh && known->second != nodes_[part].negated) return decides;
  }
  const auto [known, fresh] =
      joins_.emplace(std::pair(kind, flat), static_cast<NodeId>(nodes_.size()));
  if (!fresh) return known->second;
  Node node;
  node.kind = kind;
  std::uint64_t cost = 0;
  std::uint64_t size = 0;
  for (const NodeId part : flat) {
    cost += nodes_[part].cost;
    size += nodes_[part].size;
    ++nodes_[part].uses;
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  node.cost = static_cast<std::uint32_t>(std::min(cost, kMost));
  node.size = static_cast<std::uint32_t>(std::min(size, kMost));
  node.parts = std::move(flat);
  nodes_.push_back(std::move(node));
  return known->second;
}

}  // namespace brig::rules
