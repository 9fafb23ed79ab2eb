// SPDX-License-Identifier: Apache-2.0
// How the program fares, for the journal: one line to stderr, `level process message key=value`.
// Not evidence (that goes to the ledger) and not output (that goes to stdout). Thread safe.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace brig {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// The name at the front of each line, and the lowest level that is shown.
void StartLog(std::string_view process, LogLevel level);
void LogLine(LogLevel level, std::string_view line);

template <class... Args>
void LogDebug(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void LogWarn(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kWarn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void LogError(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace brig
