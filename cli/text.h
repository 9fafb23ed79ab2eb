// SPDX-License-Identifier: Apache-2.0
// Text for people: what is safe to print, how wide it is, in which colour. Everything that came
// from a container or over a socket passes Safe() before it reaches a terminal. Thread safe (no
// state).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/names.h"

namespace brig::cli {

enum class Style { kPlain, kBold, kDim, kTitle, kGood, kNotice, kWarning, kHigh, kCritical };

// The terminal's code that turns a style on; "" for kPlain.
std::string_view CodeOf(Style style);
inline constexpr std::string_view kStyleOff = "\x1b[0m";
Style StyleOf(Severity severity);
// `text` in its style, or as it is when `color` is false.
std::string Paint(std::string_view text, Style style, bool color);

// base's Printable, and the invisible characters that reorder or hide text (U+202E and its like)
// become \u{202e}.
std::string Safe(std::string_view text, std::size_t max_bytes = 4096);
// Arguments as one line, quoted where a shell would need it.
std::string CommandLine(const std::vector<std::string>& arguments);

// Takes the first character off `text`; a glyph of width 0 belongs to the one before it.
struct Glyph {
  std::string_view bytes;
  std::size_t width = 1;
};
Glyph TakeGlyph(std::string_view& text);

// Columns on a terminal. `text` must be safe.
std::size_t DisplayWidth(std::string_view text);
// At most `width` columns; what is cut off shows as "…".
std::string Fit(std::string_view text, std::size_t width);
// Exactly `width` columns.
std::string Pad(std::string_view text, std::size_t width, bool right = false);
// Lines of at most `width` columns, broken at spaces where there are some. Never empty.
std::vector<std::string> Wrap(std::string_view text, std::size_t width);

std::string WithCommas(std::uint64_t number);
std::string HumanBytes(std::uint64_t bytes);
// "4s", "12m", "3h", "5d": the largest unit that fits.
std::string HumanDuration(std::int64_t nanoseconds);
// `to` minus `from`, without overflow whatever anybody sent.
std::int64_t Elapsed(std::int64_t from, std::int64_t to);
// "11-23 19:00:24", UTC as everywhere in brig; "-" for 0.
std::string ShortTime(std::int64_t wall_ns);
// "19:00:24"
std::string ClockTime(std::int64_t wall_ns);
// "1 finding", "2 findings"
std::string Counted(std::uint64_t number, std::string_view noun);

}  // namespace brig::cli
