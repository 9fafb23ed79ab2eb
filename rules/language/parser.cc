// SPDX-License-Identifier: Apache-2.0
#include "rules/language/parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/nearest.h"
#include "rules/language/lexer.h"

namespace brig::rules {
namespace {

constexpr std::string_view kFunctions[] = {"tolower", "toupper", "b64",   "basename",
                                           "len",     "join",    "concat"};
constexpr std::string_view kOperatorWords[] = {
    "contains", "icontains", "bcontains",  "startswith", "bstartswith", "endswith", "glob",
    "iglob",    "regex",     "intersects", "in",         "pmatch",      "exists"};

std::string Name(std::string_view word) { return Printable(word, 64); }

// Reads by descent; every level that the text may choose is counted, and kMaxNesting bounds them.
class Parser {
 public:
  explicit Parser(Lexer& lexer) : lexer_(lexer) {}

  ExpressionRef Condition() {
    ExpressionRef tree = Or();
    lexer_.SkipBlanks();
    if (tree && !lexer_.AtEnd())
      return Wrong("expected `and`, `or` or the end of the condition here");
    return tree;
  }

  TermRef TermAlone() {
    const std::size_t start = lexer_.offset();
    const std::string field = lexer_.FieldName();
    if (!field.empty()) return Field(field, start);
    const std::string function = lexer_.Call();
    return function.empty() ? WrongTerm("expected a field") : Call(function, start);
  }

 private:
  class Level {
   public:
    explicit Level(std::size_t& depth) : depth_(depth) { ++depth_; }
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    std::size_t& depth_;
  };

  ExpressionRef Wrong(std::string text) {
    lexer_.Fail(lexer_.offset(), std::move(text));
    return nullptr;
  }
  TermRef WrongTerm(std::string text) {
    lexer_.Fail(lexer_.offset(), std::move(text));
    return nullptr;
  }

  ExpressionRef Or() { return Joined(Expression::Kind::kOr, "or", &Parser::And); }
  ExpressionRef And() { return Joined(Expression::Kind::kAnd, "and", &Parser::Not); }

  ExpressionRef Joined(Expression::Kind kind, std::string_view word,
                       ExpressionRef (Parser::*part)()) {
    lexer_.SkipBlanks();
    const std::size_t start = lexer_.offset();
    std::vector<ExpressionRef> parts;
    do {
      ExpressionRef next = (this->*part)();
      if (!next) return nullptr;
      parts.push_back(std::move(next));
      lexer_.SkipBlanks();
    } while (lexer_.Keyword(word));
    if (lexer_.failed()) return nullptr;
    if (parts.size() == 1) return std::move(parts[0]);
    auto joined = std::make_shared<Expression>();
    joined->kind = kind;
    joined->parts = std::move(parts);
    joined->place = lexer_.PlaceOf(start);
    return joined;
  }

  ExpressionRef Not() {
    bool negated = false;
    lexer_.SkipBlanks();
    const std::size_t start = lexer_.offset();
    while (lexer_.Keyword("not")) {
      negated = !negated;
      lexer_.SkipBlanks();
    }
    ExpressionRef inner = Primary();
    if (!inner || !negated) return inner;
    auto result = std::make_shared<Expression>();
    result->kind = Expression::Kind::kNot;
    result->parts.push_back(std::move(inner));
    result->place = lexer_.PlaceOf(start);
    return result;
  }

  ExpressionRef Primary() {
    const Level level(depth_);
    if (depth_ > kMaxNesting)
      return Wrong(fmt::format("nested deeper than {} parentheses: use macros", kMaxNesting));
    const std::size_t start = lexer_.offset();
    if (lexer_.Take('(')) {
      ExpressionRef inner = Or();
      if (!inner) return nullptr;
      lexer_.SkipBlanks();
      if (!lexer_.Take(')')) return Wrong("expected `)`, `and` or `or` here");
      return inner;
    }
    const std::string field = lexer_.FieldName();
    if (!field.empty()) return Check(Field(field, start), start);
    const std::string function = lexer_.Call();
    if (!function.empty()) return Check(Call(function, start), start);
    if (lexer_.failed()) return nullptr;
    const std::string macro = lexer_.Identifier();
    if (macro.empty()) return Wrong("expected a field, a macro or `(` here");
    auto result = std::make_shared<Expression>();
    result->kind = Expression::Kind::kMacro;
    result->macro = macro;
    result->place = lexer_.PlaceOf(start);
    return result;
  }

  ExpressionRef Check(TermRef left, std::size_t start) {
    if (!left) return nullptr;
    auto check = std::make_shared<Expression>();
    check->left = std::move(left);
    check->place = lexer_.PlaceOf(start);
    lexer_.SkipBlanks();
    const std::size_t at = lexer_.offset();
    const std::string word = lexer_.OperatorWord();
    const auto op = OperatorOf(word);
    if (!op) {
      lexer_.Rewind(at);
      return Wrong(word.empty() || word == "and" || word == "or"
                       ? "expected an operator here, as in `proc.name = bash`; to ask whether "
                         "the field is known, write `exists`"
                       : fmt::format("{} is no operator: {}", Name(word),
                                     NearestWords(word, kOperatorWords)));
    }
    check->op = *op;
    if (*op == Operator::kExists) return check;
    lexer_.SkipBlanks();
    if (!RightSide(*check)) return nullptr;
    return check;
  }

  bool RightSide(Expression& check) {
    const std::size_t start = lexer_.offset();
    if (lexer_.TakeWord("val(")) {
      lexer_.SkipBlanks();
      const std::size_t at = lexer_.offset();
      const std::string field = lexer_.FieldName();
      if (field.empty()) return WrongTerm("expected a field in val( )") != nullptr;
      check.right = Field(field, at);
      lexer_.SkipBlanks();
      if (check.right && !lexer_.Take(')')) WrongTerm("expected `)` behind the field");
      return !lexer_.failed();
    }
    const std::string function = lexer_.KnownCall(kFunctions);
    if (!function.empty()) {
      check.right = Call(function, start);
      return check.right != nullptr;
    }
    if (TakesList(check.op)) return lexer_.List(check.values, kMaxValues);
    Literal value;
    if (!lexer_.Value(value)) return false;
    check.values.push_back(std::move(value));
    return true;
  }

  TermRef Field(const std::string& name, std::size_t start) {
    auto field = std::make_shared<Term>();
    field->name = name;
    field->place = lexer_.PlaceOf(start);
    if (!lexer_.Take('[')) return field;
    std::string argument;
    if (!lexer_.Argument(argument)) return nullptr;
    field->argument = std::move(argument);
    return field;
  }

  TermRef Call(const std::string& name, std::size_t start) {
    const Level level(depth_);
    if (depth_ > kMaxNesting)
      return WrongTerm(fmt::format("nested deeper than {} functions", kMaxNesting));
    if (std::ranges::find(kFunctions, name) == std::end(kFunctions)) {
      lexer_.Rewind(start);
      return WrongTerm(
          fmt::format("{} is no function: {}", Name(name), NearestWords(name, kFunctions)));
    }
    auto call = std::make_shared<Term>();
    call->kind = Term::Kind::kCall;
    call->name = name;
    call->place = lexer_.PlaceOf(start);
    if (!Parameters(call->terms)) return nullptr;
    return call;
  }

  // Up to the closing parenthesis.
  bool Parameters(std::vector<TermRef>& terms) {
    lexer_.SkipBlanks();
    if (lexer_.Take(')')) return true;
    do {
      lexer_.SkipBlanks();
      TermRef next = Parameter();
      if (!next) return false;
      terms.push_back(std::move(next));
      lexer_.SkipBlanks();
    } while (lexer_.Take(','));
    if (!lexer_.Take(')')) WrongTerm("expected `,` or `)` here");
    return !lexer_.failed();
  }

  TermRef Parameter() {
    const Level level(depth_);
    if (depth_ > kMaxNesting)
      return WrongTerm(fmt::format("nested deeper than {} functions", kMaxNesting));
    const std::size_t start = lexer_.offset();
    auto term = std::make_shared<Term>();
    term->place = lexer_.PlaceOf(start);
    if (lexer_.Take('(')) {
      term->kind = Term::Kind::kList;
      return Parameters(term->terms) ? TermRef(term) : nullptr;
    }
    const std::string field = lexer_.FieldName();
    if (!field.empty()) return Field(field, start);
    const std::string function = lexer_.Call();
    if (!function.empty()) return Call(function, start);
    Literal literal;
    if (!lexer_.Constant(literal)) return nullptr;
    term->kind = Term::Kind::kLiteral;
    term->name = std::move(literal.text);
    return term;
  }

  Lexer& lexer_;
  std::size_t depth_ = 0;
};

}  // namespace

std::variant<ExpressionRef, Remark> ParseCondition(const Sources& sources,
                                                   std::span<const Phrase> condition) {
  Lexer lexer(&sources, condition);
  if (lexer.size() > kMaxConditionBytes) {
    lexer.Fail(
        0, fmt::format("a condition of {} bytes: at most {}", lexer.size(), kMaxConditionBytes));
    return *lexer.error();
  }
  ExpressionRef tree = Parser(lexer).Condition();
  if (lexer.failed()) return *lexer.error();
  return tree;
}

std::variant<std::vector<Literal>, Remark> ParseValues(const Phrase& item, bool several) {
  std::vector<Literal> values;
  const std::string& text = item.text;
  const bool quoted = !text.empty() && (text.front() == '"' || text.front() == '\'');
  const bool plain = text.find_first_of(" \t\r\n") != std::string::npos;
  if (text.empty() || (!quoted && plain && !several)) {
    values.push_back({text, true, item.place});
    return values;
  }
  Lexer lexer(nullptr, {&item, 1});
  do {
    lexer.SkipBlanks();
    Literal value;
    if (!lexer.Value(value)) return *lexer.error();
    value.place = item.place;
    values.push_back(std::move(value));
    lexer.SkipBlanks();
  } while (lexer.Take(','));
  if (!lexer.AtEnd()) {
    lexer.Fail(lexer.offset(),
               fmt::format("the list item {} is not one value: put it in single and then double "
                           "quotes, as in '\"{}\"'",
                           Name(text), Name(text)));
    return *lexer.error();
  }
  return values;
}

std::variant<TermRef, Remark> ParseTerm(const Phrase& text, std::size_t& used) {
  Lexer lexer(nullptr, {&text, 1});
  TermRef term = Parser(lexer).TermAlone();
  if (lexer.failed()) return *lexer.error();
  used = lexer.offset();
  return term;
}

}  // namespace brig::rules
