// SPDX-License-Identifier: Apache-2.0
// The words of a condition, taken from the front. The first mistake is kept and stops the reading.
// Not thread safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/language/expression.h"

namespace brig::rules {

class Lexer {
 public:
  // The sources, where given, turn offsets into places; they and the pieces must outlive it.
  Lexer(const Sources* sources, std::span<const Phrase> pieces);

  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] bool AtEnd() const { return at_ >= text_.size(); }
  void Rewind(std::size_t offset) { at_ = offset; }
  [[nodiscard]] Place PlaceOf(std::size_t offset) const;

  void Fail(std::size_t offset, std::string text);
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] const std::optional<Remark>& error() const { return error_; }

  bool SkipBlanks();
  bool Take(char c);
  bool TakeWord(std::string_view word);
  // `and`, `or`, `not`, when white space or a parenthesis follows.
  bool Keyword(std::string_view word);
  // Each is "" when the next word is no such thing.
  std::string Identifier();
  std::string FieldName();
  std::string Call();  // the name before a parenthesis, which is taken too
  std::string KnownCall(std::span<const std::string_view> names);
  std::string OperatorWord();
  // Up to and with the closing bracket.
  bool Argument(std::string& out);
  bool Value(Literal& out);
  bool Constant(Literal& out);  // quoted or a number
  // `(a, b)`, or the name of a list.
  bool List(std::vector<Literal>& out, std::size_t max);

 private:
  [[nodiscard]] char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool Quoted(std::string& out);
  bool Escape(char quote, std::string& out);
  std::string_view Bare() const;

  const Sources* sources_;
  std::span<const Phrase> pieces_;
  std::vector<std::size_t> starts_;  // of the pieces in the text
  std::string text_;
  std::size_t at_ = 0;
  std::optional<Remark> error_;
};

}  // namespace brig::rules
