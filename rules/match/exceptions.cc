// SPDX-License-Identifier: Apache-2.0
#include "rules/match/exceptions.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "rules/language/parser.h"

namespace brig::rules {
namespace {

using Checked = std::variant<ExpressionRef, Remark>;

ExpressionRef Join(Expression::Kind kind, std::vector<ExpressionRef> parts, const Place& place) {
  if (parts.size() == 1 && kind != Expression::Kind::kNot) return std::move(parts[0]);
  auto joined = std::make_shared<Expression>();
  joined->kind = kind;
  joined->parts = std::move(parts);
  joined->place = place;
  return joined;
}

// What a text among the values stands for where a list is wanted: "(a, b)", or an item.
std::optional<Remark> AddListed(const Phrase& item, std::vector<Literal>& out) {
  std::string_view text = item.text;
  const bool several = text.starts_with('(') && text.ends_with(')');
  if (several) text = text.substr(1, text.size() - 2);
  auto values = ParseValues({std::string(text), item.place}, several);
  if (auto* error = std::get_if<Remark>(&values)) return std::move(*error);
  for (Literal& value : std::get<std::vector<Literal>>(values)) out.push_back(std::move(value));
  return std::nullopt;
}

// One value where one is wanted: its quotation marks, if it has some, are not part of it.
std::optional<Remark> AddSingle(const Phrase& item, std::vector<Literal>& out) {
  const bool quoted = item.text.starts_with('"') || item.text.starts_with('\'');
  if (!quoted) {
    out.push_back({item.text, true, item.place});
    return std::nullopt;
  }
  return AddListed(item, out);
}

Checked Check(const Phrase& field, const Phrase& comp, const Entry& value) {
  std::size_t used = 0;
  auto term = ParseTerm(field, used);
  if (auto* error = std::get_if<Remark>(&term)) return std::move(*error);
  if (used != field.text.size())
    return Remark{RemarkKind::kError, field.place,
                  fmt::format("{} is no field", Printable(field.text, 64))};
  auto check = std::make_shared<Expression>();
  check->left = std::get<TermRef>(std::move(term));
  check->op = *OperatorOf(comp.text);
  check->place = field.place;
  const bool list = TakesList(check->op);
  if (value.is_list && !list)
    return Remark{
        RemarkKind::kError, value.item.place,
        fmt::format("a list of values needs in, intersects or pmatch, not {}", comp.text)};
  const std::vector<Entry> alone = {value};
  for (const Entry& entry : value.is_list ? value.items : alone)
    if (auto error =
            list ? AddListed(entry.item, check->values) : AddSingle(entry.item, check->values))
      return std::move(*error);
  return check;
}

// All values of one field, as one list.
Checked OneField(const Exception& exception) {
  Entry all;
  all.is_list = true;
  all.items = exception.values;
  return Check(exception.fields->item, exception.comps->item, all);
}

Checked Tuple(const Exception& exception, const Entry& tuple) {
  std::vector<ExpressionRef> checks;
  for (std::size_t i = 0; i < tuple.items.size(); ++i) {
    Checked check =
        Check(exception.fields->items[i].item, exception.comps->items[i].item, tuple.items[i]);
    if (std::holds_alternative<Remark>(check)) return check;
    checks.push_back(std::get<ExpressionRef>(std::move(check)));
  }
  return Join(Expression::Kind::kAnd, std::move(checks), exception.place);
}

}  // namespace

std::variant<ExpressionRef, Remark> WithException(ExpressionRef condition,
                                                  const Exception& exception) {
  if (exception.values.empty()) return condition;
  std::vector<ExpressionRef> excepted;
  if (!exception.fields->is_list) {
    Checked check = OneField(exception);
    if (std::holds_alternative<Remark>(check)) return check;
    excepted.push_back(std::get<ExpressionRef>(std::move(check)));
  } else {
    for (const Entry& tuple : exception.values) {
      if (tuple.items.empty()) continue;
      Checked check = Tuple(exception, tuple);
      if (std::holds_alternative<Remark>(check)) return check;
      excepted.push_back(std::get<ExpressionRef>(std::move(check)));
    }
  }
  if (excepted.empty()) return condition;
  ExpressionRef any = Join(Expression::Kind::kOr, std::move(excepted), exception.place);
  ExpressionRef none = Join(Expression::Kind::kNot, {std::move(any)}, exception.place);
  return Join(Expression::Kind::kAnd, {std::move(condition), std::move(none)}, exception.place);
}

}  // namespace brig::rules
