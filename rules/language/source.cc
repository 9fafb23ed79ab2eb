// SPDX-License-Identifier: Apache-2.0
#include "rules/language/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"

namespace brig::rules {
namespace {

constexpr std::size_t kMaxShownColumns = 160;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Past the marks that open a scalar: a quotation mark, or `>`, `|` and their line.
std::size_t ContentOf(const std::string& text, std::size_t at) {
  if (at >= text.size()) return at;
  if (text[at] == '"' || text[at] == '\'') return at + 1;
  if (text[at] != '>' && text[at] != '|') return at;
  const std::size_t end = text.find('\n', at);
  return end == std::string::npos ? at : end;
}

}  // namespace

std::string_view NameOf(RemarkKind kind) {
  static constexpr std::string_view kNames[] = {"error", "warning", "note"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::uint32_t Sources::Add(std::string name, std::string text) {
  File file{std::move(name), std::move(text), {0}};
  for (std::size_t i = 0; i < file.text.size(); ++i)
    if (file.text[i] == '\n') file.lines.push_back(i + 1);
  files_.push_back(std::move(file));
  return static_cast<std::uint32_t>(files_.size() - 1);
}

std::string Sources::Words(const Place& place) const {
  if (place.file >= files_.size()) return {};
  const std::string& name = files_[place.file].name;
  if (place.line == 0) return name;
  return fmt::format("{}:{}:{}", name, place.line, place.column);
}

std::string Sources::Show(const Remark& remark) const {
  const std::string words = Words(remark.place);
  std::string shown = words.empty() ? std::string() : words + ": ";
  shown += fmt::format("{}: {}\n", brig::rules::NameOf(remark.kind), remark.text);
  if (remark.place.line == 0 || remark.place.file >= files_.size()) return shown;
  const File& file = files_[remark.place.file];
  if (remark.place.line > file.lines.size()) return shown;
  const std::size_t begin = file.lines[remark.place.line - 1];
  const std::size_t end = std::min(file.text.find('\n', begin), file.text.size());
  std::string line = file.text.substr(begin, end - begin);
  std::size_t column = remark.place.column == 0 ? 0 : remark.place.column - 1;
  if (column > kMaxShownColumns / 2) {
    const std::size_t cut = column - kMaxShownColumns / 2;
    line.erase(0, std::min(cut, line.size()));
    column -= cut;
  }
  std::ranges::replace(line, '\t', ' ');
  shown += fmt::format("  {}\n  {:>{}}\n", Printable(line, kMaxShownColumns), '^', column + 1);
  return shown;
}

Place Sources::Inside(const Phrase& phrase, std::size_t offset) const {
  if (phrase.place.line == 0 || phrase.place.file >= files_.size()) return phrase.place;
  const File& file = files_[phrase.place.file];
  if (phrase.place.line > file.lines.size()) return phrase.place;
  std::size_t at =
      ContentOf(file.text, file.lines[phrase.place.line - 1] + phrase.place.column - 1);
  for (std::size_t i = 0; i <= offset && i < phrase.text.size(); ++i) {
    if (IsBlank(phrase.text[i])) continue;
    // In quotes a backslash or a doubled quotation mark stands before what is meant.
    while (at < file.text.size() && file.text[at] != phrase.text[i]) ++at;
    if (i < offset) ++at;
  }
  if (at >= file.text.size()) return phrase.place;
  const auto after = std::ranges::upper_bound(file.lines, at);
  const auto line = static_cast<std::size_t>(after - file.lines.begin());
  return {phrase.place.file, static_cast<std::uint32_t>(line),
          static_cast<std::uint32_t>(at - file.lines[line - 1] + 1)};
}

}  // namespace brig::rules
