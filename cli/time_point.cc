// SPDX-License-Identifier: Apache-2.0
#include "cli/time_point.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>

#include "base/bytes.h"

namespace brig::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

// Takes pieces off the front of a text; once something does not fit, it has failed for good.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  // Exactly `digits` digits with a value of at most `most`.
  std::int64_t Number(std::size_t digits, std::int64_t most) {
    std::int64_t value = 0;
    if (text_.size() < digits) return Failed();
    const auto [end, wrong] = std::from_chars(text_.data(), text_.data() + digits, value);
    if (wrong != std::errc() || end != text_.data() + digits || value < 0 || value > most)
      return Failed();
    text_.remove_prefix(digits);
    return value;
  }
  bool Skip(char c) {
    if (failed_ || !text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void Need(char c) {
    if (!Skip(c)) Failed();
  }
  // The digits behind a point, as nanoseconds.
  std::int64_t Fraction() {
    std::int64_t value = 0, unit = kSecond / 10;
    if (text_.empty()) return Failed();
    for (; !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; unit /= 10) {
      value += (text_[0] - '0') * unit;
      text_.remove_prefix(1);
    }
    return value;
  }
  [[nodiscard]] bool done() const { return !failed_ && text_.empty(); }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::int64_t Failed() {
    failed_ = true;
    text_ = {};
    return 0;
  }
  std::string_view text_;
  bool failed_ = false;
};

std::optional<std::int64_t> Ago(std::string_view text, std::int64_t now) {
  if (text.size() < 2 || text.size() > 8) return std::nullopt;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 's': unit = kSecond; break;
    case 'm': unit = 60 * kSecond; break;
    case 'h': unit = 3600 * kSecond; break;
    case 'd': unit = kDay; break;
    case 'w': unit = 7 * kDay; break;
    default: return std::nullopt;
  }
  std::int64_t count = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [stop, wrong] = std::from_chars(text.data(), end, count);
  if (wrong != std::errc() || stop != end || count < 0 || count > now / unit) return std::nullopt;
  return now - count * unit;
}

std::int64_t TimeOfDay(Scanner& scanner) {
  std::int64_t at = scanner.Number(2, 23) * 3600 * kSecond;
  scanner.Need(':');
  at += scanner.Number(2, 59) * 60 * kSecond;
  if (!scanner.Skip(':')) return at;
  at += scanner.Number(2, 60) * kSecond;
  return scanner.Skip('.') ? at + scanner.Fraction() : at;
}

std::int64_t ZoneOffset(Scanner& scanner) {
  if (scanner.empty() || scanner.Skip('Z')) return 0;
  const std::int64_t sign = scanner.Skip('-') ? -1 : 1;
  if (sign == 1) scanner.Need('+');
  const std::int64_t hours = scanner.Number(2, 14);
  scanner.Need(':');
  return sign * (hours * 60 + scanner.Number(2, 59)) * 60 * kSecond;
}

std::optional<std::int64_t> Moment(std::string_view text) {
  Scanner scanner(text);
  const auto year = static_cast<int>(scanner.Number(4, 2200));
  scanner.Need('-');
  const auto month = static_cast<unsigned>(scanner.Number(2, 12));
  scanner.Need('-');
  const auto day = static_cast<unsigned>(scanner.Number(2, 31));
  std::int64_t rest = 0;
  if (scanner.Skip('T') || scanner.Skip(' ')) {
    rest = TimeOfDay(scanner);
    rest -= ZoneOffset(scanner);
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!scanner.done() || !date.ok() || year < 1971) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * kDay + rest;
}

std::optional<std::int64_t> LastTimeOfDay(std::string_view text, std::int64_t now) {
  Scanner scanner(text);
  const std::int64_t at = now / kDay * kDay + TimeOfDay(scanner);
  if (!scanner.done()) return std::nullopt;
  return at > now ? at - kDay : at;
}

}  // namespace

Result<std::int64_t> ParseTime(std::string_view text, std::int64_t now_wall_ns) {
  if (text == "now") return now_wall_ns;
  if (const auto ago = Ago(text, now_wall_ns)) return *ago;
  if (const auto moment = Moment(text)) return *moment;
  if (const auto today = LastTimeOfDay(text, now_wall_ns)) return *today;
  return Fail(
      ErrorCode::kInvalid,
      fmt::format("`{}` is no time: write 10m, 2h, 7d, 19:30, 2026-11-23 or 2026-11-23T19:30",
                  Printable(text, 60)));
}

}  // namespace brig::cli
