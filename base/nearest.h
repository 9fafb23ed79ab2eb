// SPDX-License-Identifier: Apache-2.0
// The name that somebody probably meant. Thread safe (no state).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace brig {

// The one of `names` that `word` is a slip away from: two letters, or a third of them, changed,
// added or left out; capitals do not matter. "" when none is that near.
std::string_view Nearest(std::string_view word, std::span<const std::string_view> names);

// How a message about a word that is no name ends: "did you mean modes?", or "there are modes,
// surface".
std::string NearestWords(std::string_view word, std::span<const std::string_view> names);

}  // namespace brig
