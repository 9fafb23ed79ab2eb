// SPDX-License-Identifier: Apache-2.0
#include "cli/process_tree.h"

#include <algorithm>
#include <map>
#include <utility>

namespace brig::cli {
namespace {

using Birth = std::pair<std::uint64_t, std::uint32_t>;
constexpr std::size_t kMaxDepth = 24;  // of branches drawn; deeper ones stay at this depth

Birth BirthOf(const ProcessRef& ref) { return {ref.start_ns, ref.pid}; }

struct Pending {
  std::size_t process = 0;
  std::string before;  // what stands in front of its children
  std::size_t depth = 0;
  bool last = true;
};

}  // namespace

std::vector<TreeLine> TreeOf(const std::vector<Process>& processes) {
  std::map<Birth, std::size_t> by_birth;
  for (std::size_t i = 0; i < processes.size(); ++i)
    by_birth.try_emplace(BirthOf(processes[i].ref), i);
  std::map<std::size_t, std::vector<std::size_t>> children;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < processes.size(); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return BirthOf(processes[a].ref) < BirthOf(processes[b].ref);
  });
  std::vector<std::size_t> roots;
  for (const std::size_t i : order) {
    const auto parent = by_birth.find(BirthOf(processes[i].parent));
    // A parent is born before its child; anything else would let the tree bite its tail.
    if (parent == by_birth.end() || parent->first >= BirthOf(processes[i].ref))
      roots.push_back(i);
    else
      children[parent->second].push_back(i);
  }
  std::vector<TreeLine> lines;
  std::vector<Pending> stack;
  for (auto root = roots.rbegin(); root != roots.rend(); ++root)
    stack.push_back({*root, "", 0, true});
  while (!stack.empty()) {
    const Pending now = std::move(stack.back());
    stack.pop_back();
    const bool root = now.depth == 0;
    lines.push_back({root ? "" : now.before + (now.last ? "└─ " : "├─ "), now.process});
    const std::string before =
        root || now.depth > kMaxDepth ? now.before : now.before + (now.last ? "   " : "│  ");
    const auto& below = children[now.process];
    for (std::size_t i = below.size(); i > 0; --i)
      stack.push_back({below[i - 1], before, now.depth + 1, i == below.size()});
  }
  return lines;
}

}  // namespace brig::cli
