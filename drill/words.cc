// SPDX-License-Identifier: Apache-2.0
#include "drill/words.h"

#include <fmt/format.h>

namespace brig::drill {

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    if (end != 0) words.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return words;
}

std::pair<std::string, std::string> KeyAndValue(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return {std::string(word), ""};
  return {std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))};
}

Result<std::string> FillIn(std::string_view text, const Names& names) {
  std::string filled;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    filled += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos)
      return Fail(ErrorCode::kInvalid, fmt::format("{}: a brace is not closed", text));
    const std::string name(text.substr(open + 1, close - open - 1));
    const auto found = names.find(name);
    if (found == names.end())
      return Fail(ErrorCode::kInvalid, fmt::format("the stage has no {{{}}}", name));
    filled += found->second;
    text.remove_prefix(close + 1);
  }
  return filled;
}

}  // namespace brig::drill
