// SPDX-License-Identifier: Apache-2.0
#include "rules/match/operands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "base/nearest.h"
#include "rules/fields/tables.h"
#include "rules/match/compare.h"

namespace brig::rules {
namespace {

constexpr std::string_view kUnknown = "unknown ";

std::string Name(std::string_view word) { return Printable(word, 64); }

Remark Wrong(const Place& place, std::string text) {
  return {RemarkKind::kError, place, std::move(text)};
}

bool IsText(FieldType type) { return type == FieldType::kText || type == FieldType::kBytes; }

std::variant<OperandRef, Remark> ResolveField(const Term& term) {
  auto operand = std::make_shared<Operand>();
  operand->argument.given = term.argument.has_value();
  operand->argument.word = term.argument.value_or("");
  const Field* field = FindField(term.name, operand->argument);
  if (field == nullptr)
    return Wrong(term.place,
                 fmt::format("{}field {}: {}", kUnknown, Name(term.name), NearestField(term.name)));
  const Argument& argument = operand->argument;
  if (field->argument == ArgumentUse::kRequired && !argument.given)
    return Wrong(term.place,
                 fmt::format("{} wants an argument, as in {}", field->name, field->example));
  if (field->argument == ArgumentUse::kNone && argument.given)
    return Wrong(term.place, fmt::format("{} takes no argument", field->name));
  const bool by_name = field->name == "evt.arg" || field->name == "evt.rawarg";
  if (by_name && !argument.index && !IsArgumentName(argument.word))
    return Wrong(term.place,
                 fmt::format("{}argument {} of an event: {}", kUnknown, Name(argument.word),
                             NearestWords(argument.word, FilledArguments())));
  if (field->name == "evt.type.is" && !IsEventName(argument.word))
    return Wrong(term.place, fmt::format("{}event type {}: {}", kUnknown, Name(argument.word),
                                         NearestWords(argument.word, SentNames())));
  operand->field = field;
  operand->type = field->type;
  operand->plural = PluralOf(*field, argument);
  return operand;
}

struct Function {
  std::string_view name;
  Operand::Kind kind;
};
constexpr Function kFunctions[] = {
    {"tolower", Operand::Kind::kLower}, {"toupper", Operand::Kind::kUpper},
    {"b64", Operand::Kind::kBase64},    {"basename", Operand::Kind::kBasename},
    {"len", Operand::Kind::kLength},    {"join", Operand::Kind::kJoin},
    {"concat", Operand::Kind::kJoin}};

// The parameters of join and concat: texts, fields and lists of them, in a row.
std::optional<Remark> Flatten(const Term& term, Operand& operand) {
  if (term.kind != Term::Kind::kList) {
    auto resolved = ResolveOperand(term);
    if (auto* error = std::get_if<Remark>(&resolved)) return std::move(*error);
    operand.operands.push_back(std::get<OperandRef>(std::move(resolved)));
    return std::nullopt;
  }
  for (const TermRef& item : term.terms)
    if (auto error = Flatten(*item, operand)) return error;
  return std::nullopt;
}

std::variant<OperandRef, Remark> ResolveJoin(const Term& term) {
  auto operand = std::make_shared<Operand>();
  operand->kind = Operand::Kind::kJoin;
  std::size_t first = 0;
  if (term.name == "join") {
    if (term.terms.size() != 2 || term.terms[0]->kind != Term::Kind::kLiteral)
      return Wrong(term.place,
                   "join wants a text and a list, as in join(\"-\", (proc.name, "
                   "proc.pid))");
    operand->literal = term.terms[0]->name;
    first = 1;
  }
  for (std::size_t i = first; i < term.terms.size(); ++i)
    if (auto error = Flatten(*term.terms[i], *operand)) return std::move(*error);
  if (operand->operands.empty())
    return Wrong(term.place, fmt::format("{} wants fields or texts to join", term.name));
  return operand;
}

std::variant<OperandRef, Remark> ResolveCall(const Term& term) {
  const auto* const function = std::ranges::find(kFunctions, term.name, &Function::name);
  if (function == std::end(kFunctions))
    return Wrong(term.place, fmt::format("{} is no function here", Name(term.name)));
  if (function->kind == Operand::Kind::kJoin) return ResolveJoin(term);
  if (term.terms.size() != 1)
    return Wrong(term.place,
                 fmt::format("{} wants one field, as in {}(proc.name)", term.name, term.name));
  auto inner = ResolveOperand(*term.terms[0]);
  if (std::holds_alternative<Remark>(inner)) return inner;
  auto operand = std::make_shared<Operand>();
  operand->kind = function->kind;
  operand->operands.push_back(std::get<OperandRef>(std::move(inner)));
  const Operand& input = *operand->operands[0];
  const bool length = function->kind == Operand::Kind::kLength;
  if (!IsText(input.type) && !(length && input.plural == Plural::kList))
    return Wrong(term.place, fmt::format("{} takes text; {} is {}", term.name, WordsOf(input),
                                         NameOf(input.type)));
  operand->type = length ? FieldType::kNumber : input.type;
  operand->plural = length && input.plural == Plural::kList ? Plural::kOne : input.plural;
  return operand;
}

bool ReadNumber(std::string_view text, std::int64_t& out) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return false;
  out = static_cast<std::int64_t>(negative ? ~number + 1 : number);
  return true;
}

// The constant as the left side's type wants it.
std::variant<Constant, Remark> ReadConstant(const Operand& left, Operator op,
                                            const Literal& literal) {
  Constant constant;
  constant.text = literal.text;
  const auto wrong = [&](std::string_view what) {
    return Wrong(literal.place, fmt::format("{} is {}, and {} is no {}", WordsOf(left),
                                            NameOf(left.type), Name(literal.text), what));
  };
  switch (left.type) {
    case FieldType::kText: break;
    case FieldType::kBytes:
      if (op == Operator::kBContains || op == Operator::kBStartsWith) {
        const auto bytes = FromHex(literal.text);
        if (!bytes) return wrong("row of hexadecimal digits, as cafebabe");
        constant.text = AsText(*bytes);
      }
      break;
    case FieldType::kNumber:
      if (!ReadNumber(literal.text, constant.number)) return wrong("number");
      break;
    case FieldType::kBool:
      if (literal.text != "true" && literal.text != "false") return wrong("true or false");
      constant.number = literal.text == "true" ? 1 : 0;
      break;
    case FieldType::kAddress: {
      const auto address = AddressOf(literal.text);
      if (!address) return wrong("address, as 10.0.0.1");
      constant.address = *address;
      break;
    }
    case FieldType::kNetwork: {
      const auto network = NetworkOf(literal.text);
      if (!network) return wrong("network, as 10.0.0.0/8");
      constant.network = *network;
      break;
    }
  }
  return constant;
}

// Whether the operator may be asked of the left side at all.
std::string WhyNot(const Operand& left, Operator op) {
  if (op == Operator::kExists) return {};
  if (left.plural == Plural::kList && op != Operator::kIn && op != Operator::kIntersects)
    return fmt::format("{} has several values: ask exists, in or intersects", WordsOf(left));
  const bool equality = op == Operator::kEqual || op == Operator::kNotEqual ||
                        op == Operator::kIn || op == Operator::kIntersects;
  const bool order = op == Operator::kLess || op == Operator::kLessEqual ||
                     op == Operator::kGreater || op == Operator::kGreaterEqual;
  const bool bytes = op == Operator::kBContains || op == Operator::kBStartsWith;
  bool fits = equality;
  switch (left.type) {
    case FieldType::kText: fits = !bytes; break;
    case FieldType::kBytes:
      fits = equality || bytes || op == Operator::kContains || op == Operator::kStartsWith ||
             op == Operator::kEndsWith;
      break;
    case FieldType::kNumber: fits = equality || order; break;
    default: break;
  }
  if (fits) return {};
  return fmt::format("{} is {}: {} cannot be asked of it", WordsOf(left), NameOf(left.type),
                     NameOf(op));
}

std::optional<Remark> CheckEventNames(const Operand& left, std::span<const Literal> values,
                                      Operator op) {
  const bool named = left.kind == Operand::Kind::kField &&
                     (left.field->name == "evt.type" || left.field->name == "syscall.type");
  const bool exact = op == Operator::kEqual || op == Operator::kNotEqual || op == Operator::kIn ||
                     op == Operator::kIntersects;
  if (!named || !exact) return std::nullopt;
  for (const Literal& value : values)
    if (!IsEventName(value.text))
      return Wrong(value.place, fmt::format("{}event type {}: {}", kUnknown, Name(value.text),
                                            NearestWords(value.text, SentNames())));
  return std::nullopt;
}

std::optional<Remark> AddPattern(const Place& place, Predicate& predicate) {
  const bool glob = predicate.op == Operator::kGlob || predicate.op == Operator::kIGlob;
  if ((!glob && predicate.op != Operator::kRegex) || predicate.constants.empty())
    return std::nullopt;
  const std::string& text = predicate.constants[0].text;
  if (text.size() > kMaxPatternBytes)
    return Wrong(place,
                 fmt::format("a pattern of {} bytes: at most {}", text.size(), kMaxPatternBytes));
  if (glob) {
    predicate.regex = GlobPattern(text, predicate.op == Operator::kIGlob);
    return std::nullopt;
  }
  auto regex = RegexPattern(text);
  if (!regex) return Wrong(place, regex.error().message);
  predicate.regex = *std::move(regex);
  return std::nullopt;
}

}  // namespace

std::variant<OperandRef, Remark> ResolveOperand(const Term& term) {
  switch (term.kind) {
    case Term::Kind::kField: return ResolveField(term);
    case Term::Kind::kCall: return ResolveCall(term);
    case Term::Kind::kLiteral: {
      auto operand = std::make_shared<Operand>();
      operand->kind = Operand::Kind::kLiteral;
      operand->literal = term.name;
      return operand;
    }
    case Term::Kind::kList: break;
  }
  return Wrong(term.place, "a list stands only in join and concat");
}

std::variant<PredicateRef, Remark> ResolveCheck(const Expression& check,
                                                std::span<const Literal> values) {
  auto left = ResolveOperand(*check.left);
  if (auto* error = std::get_if<Remark>(&left)) return std::move(*error);
  auto predicate = std::make_shared<Predicate>();
  predicate->left = std::get<OperandRef>(std::move(left));
  predicate->op = check.op;
  if (std::string why = WhyNot(*predicate->left, check.op); !why.empty())
    return Wrong(check.place, std::move(why));
  if (check.right) {
    auto right = ResolveOperand(*check.right);
    if (auto* error = std::get_if<Remark>(&right)) return std::move(*error);
    predicate->right = std::get<OperandRef>(std::move(right));
    const bool pattern =
        check.op == Operator::kRegex || check.op == Operator::kGlob || check.op == Operator::kIGlob;
    if (predicate->right->type != predicate->left->type ||
        predicate->left->type == FieldType::kNetwork || pattern)
      return Wrong(
          check.right->place,
          fmt::format("{} ({}) and {} ({}) cannot be compared by {}", WordsOf(*predicate->left),
                      NameOf(predicate->left->type), WordsOf(*predicate->right),
                      NameOf(predicate->right->type), NameOf(check.op)));
    return predicate;
  }
  if (auto error = CheckEventNames(*predicate->left, values, check.op)) return std::move(*error);
  for (const Literal& value : values) {
    auto constant = ReadConstant(*predicate->left, check.op, value);
    if (auto* error = std::get_if<Remark>(&constant)) return std::move(*error);
    predicate->constants.push_back(std::get<Constant>(std::move(constant)));
  }
  const Place place = values.empty() ? check.place : values[0].place;
  if (auto error = AddPattern(place, *predicate)) return std::move(*error);
  return predicate;
}

bool IsUnknown(const Remark& remark) { return remark.text.starts_with(kUnknown); }

}  // namespace brig::rules
