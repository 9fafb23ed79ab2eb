// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_book.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "rules/language/loader.h"

namespace brig::rules {
namespace {

auto Position(const Remark& remark) {
  return std::tuple(remark.place.file, remark.place.line, remark.place.column);
}

}  // namespace

bool RuleBook::failed() const {
  return std::ranges::any_of(
      remarks, [](const Remark& remark) { return remark.kind == RemarkKind::kError; });
}

RuleBook ReadRules(std::vector<RuleFile> files) {
  Loader loader;
  for (RuleFile& file : files)
    (void)loader.Load(std::move(file.name), std::move(file.text));  // told by a remark
  RuleBook book;
  book.set = loader.Take();
  Rules resolved = Resolve(book.set);
  book.rules = std::move(resolved.rules);
  book.remarks = book.set.remarks;
  std::ranges::move(resolved.remarks, std::back_inserter(book.remarks));
  std::ranges::stable_sort(
      book.remarks, [](const Remark& a, const Remark& b) { return Position(a) < Position(b); });
  // A mistake in a macro is told once, not for each rule that uses it.
  const auto same = std::ranges::unique(book.remarks, [](const Remark& a, const Remark& b) {
    return a.place == b.place && a.text == b.text;
  });
  book.remarks.erase(same.begin(), same.end());
  return book;
}

}  // namespace brig::rules
