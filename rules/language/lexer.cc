// SPDX-License-Identifier: Apache-2.0
#include "rules/language/lexer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"

namespace brig::rules {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\b' || c == '\f' || c == '\v';
}
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameByte(char c) { return IsLetter(c) || IsDigit(c) || c == '_'; }
int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

Lexer::Lexer(const Sources* sources, std::span<const Phrase> pieces)
    : sources_(sources), pieces_(pieces) {
  for (const Phrase& piece : pieces) {
    if (!starts_.empty()) text_ += ' ';
    starts_.push_back(text_.size());
    text_ += piece.text;
  }
}

Place Lexer::PlaceOf(std::size_t offset) const {
  if (pieces_.empty()) return {};
  const auto after = std::ranges::upper_bound(starts_, offset);
  const auto piece = static_cast<std::size_t>(after - starts_.begin()) - 1;
  if (sources_ == nullptr) return pieces_[piece].place;
  return sources_->Inside(pieces_[piece], offset - starts_[piece]);
}

void Lexer::Fail(std::size_t offset, std::string text) {
  if (!error_) error_ = Remark{RemarkKind::kError, PlaceOf(offset), std::move(text)};
}

bool Lexer::SkipBlanks() {
  const std::size_t before = at_;
  while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
  return at_ != before;
}

bool Lexer::Take(char c) {
  if (failed() || AtEnd() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool Lexer::TakeWord(std::string_view word) {
  if (failed() || !std::string_view(text_).substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool Lexer::Keyword(std::string_view word) {
  const std::size_t before = at_;
  if (!TakeWord(word)) return false;
  if (IsBlank(Peek()) || Peek() == '(') return true;
  at_ = before;
  return false;
}

std::string Lexer::Identifier() {
  if (failed() || !IsLetter(Peek())) return {};
  std::size_t end = at_;
  while (end < text_.size() && IsNameByte(text_[end])) ++end;
  std::string name = text_.substr(at_, end - at_);
  at_ = end;
  return name;
}

std::string Lexer::FieldName() {
  const std::size_t before = at_;
  std::string name = Identifier();
  bool dotted = false;
  while (!name.empty() && Peek() == '.' && IsLetter(Peek(1))) {
    ++at_;
    name += '.';
    name += Identifier();
    dotted = true;
  }
  if (dotted) return name;
  at_ = before;
  return {};
}

std::string Lexer::Call() {
  const std::size_t before = at_;
  std::string name;
  // Functions are named with digits too: b64.
  name = Identifier();
  if (!name.empty() && Take('(')) return name;
  at_ = before;
  return {};
}

std::string Lexer::KnownCall(std::span<const std::string_view> names) {
  const std::size_t before = at_;
  std::string name = Call();
  if (std::ranges::find(names, name) != names.end()) return name;
  at_ = before;
  return {};
}

std::string Lexer::OperatorWord() {
  static constexpr std::string_view kSigns[] = {"<=", "<", ">=", ">", "==", "=", "!="};
  for (const std::string_view sign : kSigns)
    if (TakeWord(sign)) return std::string(sign);
  return Identifier();
}

bool Lexer::Argument(std::string& out) {
  const std::size_t start = at_;
  if (Peek() == '"' || Peek() == '\'') {
    if (!Quoted(out)) return false;
  } else {
    static constexpr std::string_view kEnds = "[]\"'";
    while (!AtEnd() && !IsBlank(Peek()) && kEnds.find(Peek()) == std::string_view::npos)
      out += text_[at_++];
  }
  if (out.empty()) Fail(start, "expected an argument between [ and ]");
  if (!Take(']')) Fail(at_, "expected `]` behind the field's argument");
  return !failed();
}

std::string_view Lexer::Bare() const {
  static constexpr std::string_view kEnds = "()\"'=,";
  std::size_t end = at_;
  while (end < text_.size() && !IsBlank(text_[end]) &&
         kEnds.find(text_[end]) == std::string_view::npos)
    ++end;
  return std::string_view(text_).substr(at_, end - at_);
}

bool Lexer::Value(Literal& out) {
  const std::size_t start = at_;
  out.place = PlaceOf(start);
  if (Peek() == '"' || Peek() == '\'') {
    out.quoted = true;
    return Quoted(out.text);
  }
  out.quoted = false;
  out.text = Bare();
  at_ += out.text.size();
  if (out.text.empty())
    Fail(start, "expected a value here; one with spaces or any of ( ) = , stands in quotes");
  return !failed();
}

bool Lexer::Constant(Literal& out) {
  const char first = Peek();
  const bool number = IsDigit(first) || ((first == '-' || first == '+') && IsDigit(Peek(1)));
  if (first != '"' && first != '\'' && !number)
    Fail(at_, "expected a field, a function, a number or a quoted text here");
  return !failed() && Value(out);
}

bool Lexer::List(std::vector<Literal>& out, std::size_t max) {
  if (!Take('(')) {
    Literal name;
    name.place = PlaceOf(at_);
    const std::size_t start = at_;
    name.text = Bare();
    at_ += name.text.size();
    if (name.text.empty()) Fail(start, "expected a list here, as in (a, b), or a list's name");
    out.push_back(std::move(name));
    return !failed();
  }
  SkipBlanks();
  if (Take(')')) return true;
  do {
    SkipBlanks();
    Literal value;
    if (!Value(value)) return false;
    if (out.size() >= max) Fail(at_, fmt::format("a list of more than {} values", max));
    out.push_back(std::move(value));
    SkipBlanks();
  } while (Take(','));
  if (!Take(')')) Fail(at_, "expected `,` or `)` here");
  return !failed();
}

bool Lexer::Quoted(std::string& out) {
  const std::size_t start = at_;
  const char quote = text_[at_++];
  while (!AtEnd()) {
    const char c = text_[at_++];
    if (c == quote) return true;
    if (c != '\\')
      out += c;
    else if (!Escape(quote, out))
      return false;
  }
  Fail(start, "a quotation mark that nobody closes");
  return false;
}

bool Lexer::Escape(char quote, std::string& out) {
  const char c = Peek();
  const std::size_t start = at_ - 1;
  ++at_;
  switch (c) {
    case 'b': out += '\b'; return true;
    case 'f': out += '\f'; return true;
    case 'n': out += '\n'; return true;
    case 'r': out += '\r'; return true;
    case 't': out += '\t'; return true;
    // A backslash and a space are one backslash: rules rely on it (Falco's escaping).
    case ' ':
    case '\\': out += '\\'; return true;
    case '/': out += '/'; return true;
    case '"':
    case '\'':
      if (c != quote) break;
      out += c;
      return true;
    case 'x': {
      const int high = HexValue(Peek());
      const int low = HexValue(Peek(1));
      if (high < 0 || low < 0) break;
      out += static_cast<char>(high * 16 + low);
      at_ += 2;
      return true;
    }
    default: break;
  }
  Fail(start,
       fmt::format("\\{} is no escape here: there are \\b \\f \\n \\r \\t \\\\ \\/ \\xHH and "
                   "\\{} for the quotation mark itself",
                   Printable(std::string_view(&c, 1)), quote));
  return false;
}

}  // namespace brig::rules
