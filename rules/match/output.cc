// SPDX-License-Identifier: Apache-2.0
#include "rules/match/output.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <utility>

#include "base/bytes.h"
#include "rules/language/parser.h"
#include "rules/match/operands.h"

namespace brig::rules {
namespace {

constexpr std::string_view kContainerInfo = "container.info";

std::string WordsOfCell(FieldType type, const Cell& cell) {
  switch (type) {
    case FieldType::kText:
    case FieldType::kBytes: return std::string(cell.text);
    case FieldType::kNumber: return fmt::format("{}", cell.number);
    case FieldType::kBool: return cell.number != 0 ? "true" : "false";
    case FieldType::kAddress:
    case FieldType::kNetwork: {
      char text[INET6_ADDRSTRLEN] = "";
      ::inet_ntop(cell.address.v6 ? AF_INET6 : AF_INET, cell.address.bytes.data(), text,
                  sizeof text);
      return text;
    }
  }
  return {};
}

std::string WordsOfValues(const Operand& operand, const View& view) {
  Values values;
  Take(operand, view, values);
  if (values.empty()) return "<NA>";
  std::string words;
  for (const Cell& cell : values.cells()) {
    if (!words.empty()) words += ',';
    words += WordsOfCell(operand.type, cell);
    // Names of one event are alternatives: the first is the one to show.
    if (operand.plural == Plural::kEither) break;
  }
  return words;
}

// The field behind a `%`: how many bytes of `text` it takes, and what it is.
std::variant<std::size_t, Remark> ReadField(std::string_view text, const Place& place,
                                            OperandRef& out) {
  std::size_t width = 0;
  while (width < text.size() && text[width] >= '0' && text[width] <= '9') ++width;
  const std::string_view rest = text.substr(width);
  // A field ends where its name ends: what is behind the last known part is text.
  std::size_t used = 0;
  for (std::size_t length = rest.size(); length > 0;) {
    auto parsed = ParseTerm({std::string(rest.substr(0, length)), place}, used);
    if (auto* error = std::get_if<Remark>(&parsed)) return std::move(*error);
    auto resolved = ResolveOperand(*std::get<TermRef>(parsed));
    if (auto* operand = std::get_if<OperandRef>(&resolved)) {
      out = std::move(*operand);
      return width + used;
    }
    const TermRef& term = std::get<TermRef>(parsed);
    const std::size_t dot = term->name.rfind('.');
    if (term->kind != Term::Kind::kField || dot == std::string::npos || term->name.find('.') == dot)
      return std::get<Remark>(std::move(resolved));
    length = dot;
  }
  return Remark{RemarkKind::kError, place, "a % with no field behind it: write %% for a % alone"};
}

}  // namespace

std::variant<Output, Remark> ParseOutput(const Sources& sources, const std::vector<Phrase>& text) {
  Output output;
  std::string words;
  std::size_t fields = 0;
  for (const Phrase& phrase : text) {
    if (!words.empty() || !output.parts.empty()) words += ' ';
    std::string_view rest = phrase.text;
    while (rest.ends_with('\n') || rest.ends_with(' ')) rest.remove_suffix(1);
    while (!rest.empty()) {
      const std::size_t at = phrase.text.size() - rest.size();
      if (rest[0] != '%' || rest.starts_with("%%")) {
        words += rest[0];
        rest.remove_prefix(rest[0] == '%' ? 2 : 1);
        continue;
      }
      rest.remove_prefix(1);
      if (rest.starts_with(kContainerInfo)) {
        rest.remove_prefix(kContainerInfo.size());
        continue;
      }
      const Place place = sources.Inside(phrase, at);
      OperandRef operand;
      auto used = ReadField(rest, place, operand);
      if (auto* error = std::get_if<Remark>(&used)) {
        error->place = place;
        return std::move(*error);
      }
      if (++fields > kMaxOutputFields)
        return Remark{RemarkKind::kError, place,
                      fmt::format("an output of more than {} fields", kMaxOutputFields)};
      if (!words.empty()) output.parts.push_back({std::exchange(words, {}), nullptr});
      output.parts.push_back({{}, std::move(operand)});
      rest.remove_prefix(std::get<std::size_t>(used));
    }
  }
  if (!words.empty()) output.parts.push_back({std::move(words), nullptr});
  return output;
}

std::string Output::Format(const View& view) const {
  std::string text;
  for (const Part& part : parts) {
    text += part.operand ? WordsOfValues(*part.operand, view) : part.text;
    if (text.size() > kMaxOutputBytes) break;
  }
  return Printable(text, kMaxOutputBytes);
}

}  // namespace brig::rules
