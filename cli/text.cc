// SPDX-License-Identifier: Apache-2.0
#include "cli/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cwchar>

#include "base/bytes.h"
#include "base/clock.h"

namespace brig::cli {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
};

// The character at the front of UTF-8 text that Printable has checked.
Character FrontOf(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = at(0);
  if (first < 0x80) return {first, 1};
  std::size_t bytes = 4;
  char32_t code = first & 0x07U;
  if (first < 0xe0) {
    bytes = 2;
    code = first & 0x1fU;
  } else if (first < 0xf0) {
    bytes = 3;
    code = first & 0x0fU;
  }
  for (std::size_t i = 1; i < bytes; ++i) code = (code << 6) | (at(i) & 0x3fU);
  return {code, std::min(bytes, text.size())};
}

std::size_t WidthOf(char32_t code) {
  if (code >= 0x20 && code < 0x7f) return 1;
  // wcwidth needs a locale that knows Unicode; C.UTF-8 is part of the C library on Debian.
  static const bool have_locale = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  if (!have_locale) return 1;
  const int width = ::wcwidth(static_cast<wchar_t>(code));
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

// Characters that take no room and change how their neighbours are read.
bool IsDeceiving(char32_t code) {
  return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code == 0x061c ||
         (code >= 0xe0000 && code <= 0xe007f);
}

bool NeedsQuotes(std::string_view argument) {
  constexpr std::string_view kPlainOnes =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+";
  return argument.empty() || argument.find_first_not_of(kPlainOnes) != std::string_view::npos;
}

}  // namespace

std::string_view CodeOf(Style style) {
  switch (style) {
    case Style::kBold: return "\x1b[1m";
    case Style::kDim: return "\x1b[2m";
    case Style::kTitle: return "\x1b[1;36m";
    case Style::kGood: return "\x1b[32m";
    case Style::kNotice: return "\x1b[36m";
    case Style::kWarning: return "\x1b[33m";
    case Style::kHigh: return "\x1b[31m";
    case Style::kCritical: return "\x1b[1;31m";
    case Style::kPlain: break;
  }
  return "";
}

Style StyleOf(Severity severity) {
  switch (severity) {
    case Severity::kNotice: return Style::kNotice;
    case Severity::kWarning: return Style::kWarning;
    case Severity::kHigh: return Style::kHigh;
    case Severity::kCritical: break;
  }
  return Style::kCritical;
}

std::string Paint(std::string_view text, Style style, bool color) {
  if (!color || style == Style::kPlain || text.empty()) return std::string(text);
  return fmt::format("{}{}{}", CodeOf(style), text, kStyleOff);
}

std::string Safe(std::string_view text, std::size_t max_bytes) {
  const std::string printable = Printable(text, max_bytes);
  std::string safe;
  for (std::string_view rest = printable; !rest.empty();) {
    const Character front = FrontOf(rest);
    if (IsDeceiving(front.code))
      safe += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(front.code));
    else
      safe += rest.substr(0, front.bytes);
    rest.remove_prefix(front.bytes);
  }
  return safe;
}

std::string CommandLine(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    if (!line.empty()) line += ' ';
    if (!NeedsQuotes(argument)) {
      line += argument;
      continue;
    }
    line += '\'';
    for (const char c : argument) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return Safe(line);
}

Glyph TakeGlyph(std::string_view& text) {
  const Character front = FrontOf(text);
  const Glyph glyph{text.substr(0, front.bytes), WidthOf(front.code)};
  text.remove_prefix(front.bytes);
  return glyph;
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character front = FrontOf(text);
    width += WidthOf(front.code);
    text.remove_prefix(front.bytes);
  }
  return width;
}

std::string Fit(std::string_view text, std::size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::size_t used = 0, bytes = 0;
  while (bytes < text.size()) {
    const Character front = FrontOf(text.substr(bytes));
    const std::size_t more = WidthOf(front.code);
    if (used + more > width - 1) break;
    used += more;
    bytes += front.bytes;
  }
  return fmt::format("{}…", text.substr(0, bytes));
}

std::string Pad(std::string_view text, std::size_t width, bool right) {
  const std::string fitted = Fit(text, width);
  const std::string space(width - std::min(width, DisplayWidth(fitted)), ' ');
  return right ? space + fitted : fitted + space;
}

std::vector<std::string> Wrap(std::string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::string> lines;
  while (DisplayWidth(text) > width) {
    std::size_t used = 0, bytes = 0, space = 0;
    while (bytes < text.size()) {
      const Character front = FrontOf(text.substr(bytes));
      if (used + WidthOf(front.code) > width) break;
      used += WidthOf(front.code);
      bytes += front.bytes;
      if (bytes < text.size() && text[bytes] == ' ') space = bytes;
    }
    if (bytes == 0) bytes = FrontOf(text).bytes;  // a character wider than the line
    const std::size_t end = space > 0 ? space : bytes;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(space > 0 ? space + 1 : end);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

std::string WithCommas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string HumanBytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 || value >= 100 ? fmt::format("{:.0f} {}", value, kUnits[unit])
                                   : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string HumanDuration(std::int64_t nanoseconds) {
  const std::int64_t seconds = std::max<std::int64_t>(nanoseconds / 1'000'000'000, 0);
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{}h", seconds / 3600);
  return fmt::format("{}d", seconds / 86400);
}

std::int64_t Elapsed(std::int64_t from, std::int64_t to) {
  std::int64_t elapsed = 0;
  return __builtin_sub_overflow(to, from, &elapsed) ? 0 : elapsed;
}

std::string ShortTime(std::int64_t wall_ns) {
  if (wall_ns == 0) return "-";
  std::string full = FormatTime(wall_ns);  // 2026-11-23T19:00:24.123Z
  const std::size_t t = full.find('T');
  if (t == std::string::npos || t < 5 || full.size() < t + 9) return full;
  return full.substr(t - 5, 5) + " " + full.substr(t + 1, 8);
}

std::string ClockTime(std::int64_t wall_ns) {
  const std::string date_and_time = ShortTime(wall_ns);
  return date_and_time.size() < 8 ? date_and_time : date_and_time.substr(date_and_time.size() - 8);
}

std::string Counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", WithCommas(number), noun, number == 1 ? "" : "s");
}

}  // namespace brig::cli
