// SPDX-License-Identifier: Apache-2.0
// Versions that rule files require, and the plugins that brig stands in for. Thread safe (no
// state).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brig::rules {

using VersionNumber = std::array<std::uint32_t, 3>;

// "0.57.0"; what follows a `-` or `+` does not count. nullopt for anything else.
std::optional<VersionNumber> ParseVersion(std::string_view text);

// Whether brig gives the fields of that plugin at that version: same major version, none newer.
bool StandsInFor(std::string_view plugin, const VersionNumber& required);
// "container up to 0.7.0"
std::string StandInWords();

}  // namespace brig::rules
