// SPDX-License-Identifier: Apache-2.0
#include "rules/match/lists.h"

#include <fmt/format.h>

#include <unordered_set>

namespace brig::rules {

Lists::Lists(const std::vector<ListDefinition>& lists) {
  for (const ListDefinition& list : lists) by_name_[list.name] = &list;
}

std::optional<Remark> Lists::Expand(const std::vector<Literal>& values,
                                    std::vector<Literal>& out) const {
  struct Open {
    std::vector<Literal> values;
    std::size_t next = 0;
    const ListDefinition* list = nullptr;
    std::size_t item = 0;  // of the list, to be read next
  };
  std::vector<Open> open;
  open.push_back({values});
  std::unordered_set<const ListDefinition*> inside;
  while (!open.empty()) {
    Open& top = open.back();
    if (top.next == top.values.size()) {
      if (top.list != nullptr && top.item < top.list->items.size()) {
        auto read = ParseValues(top.list->items[top.item++]);
        if (auto* error = std::get_if<Remark>(&read)) return std::move(*error);
        top.values = std::get<std::vector<Literal>>(std::move(read));
        top.next = 0;
        continue;
      }
      inside.erase(top.list);
      open.pop_back();
      continue;
    }
    Literal value = top.values[top.next++];
    const auto list = value.quoted ? by_name_.end() : by_name_.find(value.text);
    // A list may hold a word like its own name: nginx: [nginx, httpd].
    if (list != by_name_.end() && inside.insert(list->second).second) {
      open.push_back({{}, 0, list->second, 0});
      continue;
    }
    if (out.size() >= kMaxValues)
      return Remark{RemarkKind::kError, value.place,
                    fmt::format("a list of more than {} values", kMaxValues)};
    out.push_back(std::move(value));
  }
  return std::nullopt;
}

}  // namespace brig::rules
