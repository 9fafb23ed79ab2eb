// SPDX-License-Identifier: Apache-2.0
// Points in time as people write them. Thread safe (no state).
//
//   time     = ago | moment | "now"
//   ago      = number ("s" | "m" | "h" | "d" | "w")          before now
//   moment   = date [("T" | " ") hh ":" mm [":" ss ["." digits]] [zone]] | hh ":" mm [":" ss]  (the
//   last one) date     = yyyy "-" mm "-" dd zone     = "Z" | ("+" | "-") hh ":" mm default: UTC, as
//   brig prints times
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace brig::cli {

// Nanoseconds since 1970. kInvalid with examples of what would do.
[[nodiscard]] Result<std::int64_t> ParseTime(std::string_view text, std::int64_t now_wall_ns);

}  // namespace brig::cli
