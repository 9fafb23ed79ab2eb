// SPDX-License-Identifier: Apache-2.0
#include "cli/story_text.h"

#include <algorithm>

#include "cli/text.h"
#include "rules/story.h"

namespace brig::cli {

std::vector<std::string> TellStory(const Finding& finding, const std::vector<Event>& around,
                                   std::size_t width) {
  const std::string story = rules::Tell(finding, around, width);
  std::vector<std::string> lines;
  for (std::string_view rest = story; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string line = Safe(rest.substr(0, end));
    // Words longer than a line stand out of the column: they go on below, indented like the line.
    const std::size_t indent = std::min(line.find_first_not_of(' '), width / 2);
    for (const std::string& part : Wrap(line.substr(std::min(indent, line.size())), width - indent))
      lines.push_back(part.empty() ? "" : std::string(indent, ' ') + part);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

}  // namespace brig::cli
