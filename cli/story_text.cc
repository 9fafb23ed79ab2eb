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
    // Long words may stand out of the column.
    for (std::string& line : Wrap(Safe(rest.substr(0, end)), width))
      lines.push_back(std::move(line));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

}  // namespace brig::cli
