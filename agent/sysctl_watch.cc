// SPDX-License-Identifier: Apache-2.0
#include "agent/sysctl_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"

namespace brig::agent {
namespace {

// The kernel keeps fewer bytes of a setting than were written to it; the shortest limit is 127.
constexpr std::size_t kShortestLimit = 127;

std::string_view NameOf(std::size_t number) {
  constexpr std::string_view kRoot = "/proc/sys/kernel/";
  return sensor::kSysctlPaths[number].substr(kRoot.size());
}

// Whether writing `value` leaves `text`: the kernel takes the first line.
bool Leaves(std::string_view value, std::string_view text) {
  const std::string_view line = value.substr(0, value.find('\n'));
  return line == text || (text.size() >= kShortestLimit && line.starts_with(text));
}

std::string WriterOf(const sensor::SysctlWrite& write) {
  return fmt::format("{} (pid {})", Printable(write.command), write.pid);
}

}  // namespace

std::optional<Notice> SysctlWatch::Take(std::size_t number, const Reading& reading) {
  Known& known = known_.at(number);
  const sensor::SysctlWrite& write = reading.after;
  // While somebody writes, the next reading will tell.
  if (!write.settled || reading.before.count != write.count) return std::nullopt;
  if (number == sensor::kSysctlFtrace) return TakeFtrace(known, reading);
  if (!known.text || *known.text == reading.text) {
    known.text = reading.text;
    known.writes = write.count;
    known.doubt.reset();
    return std::nullopt;
  }
  const bool announced = write.count > 0 && (write.whole ? Leaves(write.value, reading.text)
                                                         : write.count > known.writes);
  if (!announced && known.doubt != reading.text) {
    known.doubt = reading.text;
    return std::nullopt;
  }
  const std::string before = *std::exchange(known.text, reading.text);
  known.writes = write.count;
  known.doubt.reset();
  known.by_nobody = !announced && writes_seen_;
  const std::string change = fmt::format("kernel.{} was \"{}\" and is \"{}\"", NameOf(number),
                                         Printable(before), Printable(reading.text));
  if (announced)
    return Notice{0, "setting_written", fmt::format("{}, written by {}", change, WriterOf(write))};
  if (!writes_seen_) return Notice{0, "setting_changed", change};
  return Notice{0, "setting_by_nobody",
                fmt::format("kernel setting changed by nobody: {}, but it was not written through "
                            "/proc/sys; something writes the kernel's memory",
                            change)};
}

std::optional<Notice> SysctlWatch::TakeFtrace(Known& known, const Reading& reading) const {
  const std::optional<std::string> before = std::exchange(known.text, reading.text);
  const std::uint64_t refused =
      reading.after.refused - std::exchange(known.refused, reading.after.refused);
  if (refused > 0)
    return Notice{0, "ftrace_refused",
                  fmt::format("kernel.ftrace_enabled stays on: {} attempts to switch it off were "
                              "refused, the last by {}",
                              refused, WriterOf(reading.after))};
  const bool off = reading.text == "0";
  if (off == (before == "0")) return std::nullopt;
  if (!off) return Notice{0, "ftrace_on", "kernel.ftrace_enabled is on again"};
  const std::string writer = reading.after.count > 0
                                 ? fmt::format(", written by {}", WriterOf(reading.after))
                                 : ", since before brig started or by nobody";
  return Notice{0, "ftrace_off",
                fmt::format("kernel.ftrace_enabled is 0{}: programs that refuse do "
                            "not run, those that watch go on",
                            writer)};
}

bool SysctlWatch::doubtful() const {
  return std::ranges::any_of(known_, [](const Known& known) { return known.doubt.has_value(); });
}

std::vector<std::string> SysctlWatch::Notes() const {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < known_.size(); ++i) {
    const Known& known = known_.at(i);
    if (known.by_nobody)
      notes.push_back(
          fmt::format("kernel.{} is \"{}\", which nobody wrote: the kernel's memory "
                      "was changed; look at this host",
                      NameOf(i), Printable(*known.text)));
    if (i == sensor::kSysctlFtrace && known.text == "0")
      notes.emplace_back(
          "kernel.ftrace_enabled is 0: programs that refuse do not run; "
          "sysctl kernel.ftrace_enabled=1");
  }
  if (!writes_seen_)
    notes.emplace_back("writes to the kernel's settings are not seen: see programs, sysctl_write");
  return notes;
}

}  // namespace brig::agent
