// SPDX-License-Identifier: Apache-2.0
// Functions of fields, and everything in words.
#include <fmt/format.h>

#include "base/bytes.h"
#include "rules/match/condition.h"

namespace brig::rules {
namespace {

constexpr std::string_view kFunctions[] = {"",    "",         "tolower", "toupper",
                                           "b64", "basename", "len",     "join"};

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return Printable(quoted + "\"", 512);
}

void MapLetters(const Values& input, bool upper, Values& out) {
  const char first = upper ? 'a' : 'A';
  const char last = upper ? 'z' : 'Z';
  for (const Cell& cell : input.cells()) {
    std::string& text = out.Build();
    text = cell.text;
    for (char& c : text)
      if (c >= first && c <= last) c = static_cast<char>(c ^ 0x20);
    out.AddBuilt(text);
  }
}

void Join(const Operand& operand, std::span<const Values* const> inputs, Values& out) {
  std::string& text = out.Build();
  bool first = true;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]->empty()) return;
    for (const Cell& cell : inputs[i]->cells()) {
      if (!first) text += operand.literal;
      first = false;
      const FieldType type = operand.operands[i]->type;
      if (type == FieldType::kText || type == FieldType::kBytes)
        text += cell.text;
      else if (type == FieldType::kBool)
        text += cell.number != 0 ? "true" : "false";
      else
        fmt::format_to(std::back_inserter(text), "{}", cell.number);
    }
  }
  out.AddBuilt(text);
}

}  // namespace

void Apply(const Operand& operand, std::span<const Values* const> inputs, Values& out) {
  switch (operand.kind) {
    case Operand::Kind::kLower: return MapLetters(*inputs[0], /*upper=*/false, out);
    case Operand::Kind::kUpper: return MapLetters(*inputs[0], /*upper=*/true, out);
    case Operand::Kind::kBase64:
      for (const Cell& cell : inputs[0]->cells()) {
        const auto decoded = FromBase64(cell.text);
        if (!decoded) continue;
        std::string& text = out.Build();
        text = AsText(*decoded);
        out.AddBuilt(text);
      }
      return;
    case Operand::Kind::kBasename:
      for (const Cell& cell : inputs[0]->cells()) {
        const std::size_t slash = cell.text.rfind('/');
        out.Add(slash == std::string_view::npos ? cell.text : cell.text.substr(slash + 1));
      }
      return;
    case Operand::Kind::kLength:
      if (operand.operands[0]->plural == Plural::kList)
        return out.AddNumber(static_cast<std::int64_t>(inputs[0]->cells().size()));
      for (const Cell& cell : inputs[0]->cells())
        out.AddNumber(static_cast<std::int64_t>(cell.text.size()));
      return;
    case Operand::Kind::kJoin: return Join(operand, inputs, out);
    case Operand::Kind::kLiteral: return out.Add(operand.literal);
    case Operand::Kind::kField: return;
  }
}

void Take(const Operand& operand, const View& view, Values& out) {
  if (operand.kind == Operand::Kind::kField)
    return Extract(*operand.field, operand.argument, view, out);
  std::deque<Values> inputs;
  std::vector<const Values*> pointers;
  for (const OperandRef& input : operand.operands) {
    Take(*input, view, inputs.emplace_back());
    pointers.push_back(&inputs.back());
  }
  Values result;
  Apply(operand, pointers, result);
  // What was borrowed from the inputs ends with them.
  for (const Cell& cell : result.cells()) {
    if (operand.type != FieldType::kText && operand.type != FieldType::kBytes) {
      out.AddNumber(cell.number);
      continue;
    }
    std::string& text = out.Build();
    text = cell.text;
    out.AddBuilt(text);
  }
}

std::string WordsOf(const Operand& operand) {
  if (operand.kind == Operand::Kind::kLiteral) return Quoted(operand.literal);
  if (operand.kind == Operand::Kind::kField)
    return operand.argument.given
               ? fmt::format("{}[{}]", operand.field->name, operand.argument.word)
               : std::string(operand.field->name);
  std::string words = fmt::format("{}(", kFunctions[static_cast<std::size_t>(operand.kind)]);
  if (operand.kind == Operand::Kind::kJoin) words += Quoted(operand.literal) + ", (";
  for (std::size_t i = 0; i < operand.operands.size(); ++i)
    words += (i == 0 ? "" : ", ") + WordsOf(*operand.operands[i]);
  return words + (operand.kind == Operand::Kind::kJoin ? "))" : ")");
}

std::string WordsOf(const Predicate& predicate) {
  std::string words = fmt::format("{} {}", WordsOf(*predicate.left), NameOf(predicate.op));
  if (predicate.op == Operator::kExists) return words;
  if (predicate.right) return fmt::format("{} val({})", words, WordsOf(*predicate.right));
  const bool list = TakesList(predicate.op);
  words += list ? " (" : " ";
  for (std::size_t i = 0; i < predicate.constants.size(); ++i)
    words += (i == 0 ? "" : ", ") + Quoted(predicate.constants[i].text);
  return list ? words + ")" : words;
}

}  // namespace brig::rules
