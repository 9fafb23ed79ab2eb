// SPDX-License-Identifier: Apache-2.0
// The words of a technique: split, looked up, filled in. Thread safe (no state).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace brig::drill {

std::vector<std::string> WordsOf(std::string_view text);

// "bind=/etc:/host" is {"bind", "/etc:/host"}; a word without "=" has an empty value.
std::pair<std::string, std::string> KeyAndValue(std::string_view word);

using Names = std::map<std::string, std::string>;

// Each {name} in `text` becomes its value. kInvalid with the name when there is none.
[[nodiscard]] Result<std::string> FillIn(std::string_view text, const Names& names);

}  // namespace brig::drill
