// SPDX-License-Identifier: Apache-2.0
#include "cli/record_line.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "cli/container_words.h"

namespace brig::cli {
namespace {

constexpr std::size_t kContainerWidth = 16;
constexpr std::size_t kContainerWidthWide = 22;  // shows the name of an unidentified one whole
constexpr std::size_t kWideLine = 120;
constexpr std::size_t kOperationWidth = 15;

std::string Who(const ProcessRef& process) {
  return fmt::format("{} ({})", process.comm.empty() ? "process" : process.comm, process.pid);
}

std::string NamespaceFlags(std::uint64_t flags) {
  struct Bit {
    std::uint64_t flag;
    std::string_view name;
  };
  // CLONE_NEW*, as in linux/sched.h
  constexpr std::array kBits = {Bit{0x00020000, "mount"}, Bit{0x02000000, "cgroup"},
                                Bit{0x04000000, "uts"},   Bit{0x08000000, "ipc"},
                                Bit{0x10000000, "user"},  Bit{0x20000000, "pid"},
                                Bit{0x40000000, "net"},   Bit{0x00000080, "time"}};
  std::string names;
  for (const Bit& bit : kBits)
    if ((flags & bit.flag) != 0) names += (names.empty() ? "" : ", ") + std::string(bit.name);
  return names.empty() ? "no namespace" : names;
}

struct Words {
  const Event& event;
  std::string operator()(const NoDetails&) const { return ""; }
  std::string operator()(const ForkDetails& d) const { return "→ " + Who(d.child); }
  std::string operator()(const ExecDetails& d) const {
    std::string text = CommandLine(d.arguments);
    if (text.empty() || (!d.arguments.empty() && !d.path.ends_with(d.arguments[0])))
      text = text.empty() ? d.path : fmt::format("{} as: {}", d.path, text);
    if (d.arguments_cut) text += " …";
    if (d.file.memory || d.file.unlinked)
      text += " [no file on disk]";
    else if (d.file.upper)
      text += " [written after the start]";
    return text;
  }
  std::string operator()(const ExitDetails& d) const {
    return d.signal != 0 ? fmt::format("by signal {}", d.signal)
                         : fmt::format("status {}", d.status);
  }
  std::string operator()(const FileDetails& d) const { return d.path; }
  std::string operator()(const MountDetails& d) const {
    std::string text = d.source;
    if (!d.filesystem.empty()) text += fmt::format(" ({})", d.filesystem);
    if (!d.target.empty()) text += " on " + d.target;
    return text;
  }
  std::string operator()(const NamespaceDetails& d) const { return NamespaceFlags(d.flags); }
  std::string operator()(const CredentialDetails& d) const {
    return fmt::format("uid {} gid {} capabilities {:x}", d.effective_uid, d.effective_gid,
                       d.effective);
  }
  std::string operator()(const TargetDetails& d) const {
    return event.operation == Operation::kSignal ? fmt::format("{} to {}", d.request, Who(d.target))
                                                 : Who(d.target);
  }
  std::string operator()(const ConnectDetails& d) const {
    std::string text = d.address;
    if (d.family == AF_INET) text += fmt::format(":{}", d.port);
    if (d.family == AF_INET6) text = fmt::format("[{}]:{}", d.address, d.port);
    if (d.door != HostObject::kNone) text += fmt::format(" ({})", NameOf(d.door));
    if (!d.arguments.empty()) text += " by: " + CommandLine(d.arguments);
    return text;
  }
  std::string operator()(const KernelDetails& d) const {
    return d.text.empty() ? fmt::format("command {}", d.command) : d.text;
  }
  std::string operator()(const BirthDetails& d) const {
    const std::string text = d.arguments.empty() ? d.path : CommandLine(d.arguments);
    return d.found_running ? text + " [ran before brig]" : text;
  }
  std::string operator()(const EndDetails& d) const {
    return d.shed > 0 ? fmt::format("{} records, {} shed", d.records, d.shed)
                      : fmt::format("{} records", d.records);
  }
  std::string operator()(const LostDetails& d) const {
    return fmt::format("{} {} records lost, {} ever", d.count, NameOf(d.record_class),
                       d.count_ever);
  }
};

struct Parts {
  std::string container, what, text;
  Style style = Style::kPlain;
};

Parts PartsOf(const Event& event, const ContainerNames& names) {
  std::string text = WhatHappened(event);
  if (event.invariant != Invariant::kNone)
    text += fmt::format("  {} {}, {}", NameOf(event.invariant), NameOf(event.cause),
                        NameOf(event.verdict));
  const std::string result = ResultWords(event);
  if (!result.empty()) text += "  " + result;
  const Style style = event.operation == Operation::kLost   ? Style::kWarning
                      : event.invariant == Invariant::kNone ? Style::kPlain
                      : event.verdict == Verdict::kSeen     ? Style::kHigh
                                                            : Style::kCritical;
  return {Safe(names.NameOf(event.actor.process.container)), std::string(NameOf(event.operation)),
          text, style};
}

Parts PartsOf(const Record& record, const ContainerNames& names) {
  if (const auto* event = std::get_if<Event>(&record)) return PartsOf(*event, names);
  if (const auto* finding = std::get_if<Finding>(&record))
    return {Safe(finding->subject.container.DisplayName()), "FINDING",
            fmt::format("{} {} {}: {}", Safe(finding->id), FoundBy(*finding),
                        NameOf(finding->severity), Told(*finding)),
            StyleOf(finding->severity)};
  if (const auto* repeat = std::get_if<FindingRepeat>(&record))
    return {"", "again", fmt::format("{}: {} times now", Safe(repeat->id), repeat->count),
            Style::kDim};
  if (const auto* notice = std::get_if<Notice>(&record))
    return {"brig", Safe(notice->what), Safe(notice->text), Style::kNotice};
  const auto& container = std::get<Container>(record);
  return {
      Safe(container.DisplayName()), container.ended_wall_ns != 0 ? "ended" : "container",
      fmt::format("{} by {}", container.image.empty() ? "no image known" : Safe(container.image),
                  PersonWords(container.started_by)),
      Style::kGood};
}

}  // namespace

std::string WhatHappened(const Event& event) {
  std::string text = Safe(std::visit(Words{event}, event.details));
  if (event.compat) text += " [32-bit]";
  if (event.uring) text += " [io_uring]";
  return text;
}

std::string ResultWords(const Event& event) {
  if (event.attempt) return "tried";
  if (event.result >= 0) return "";
  const char* const name =
      event.result > -4096 ? ::strerrorname_np(static_cast<int>(-event.result)) : nullptr;
  return name != nullptr ? name : std::to_string(event.result);
}

std::string_view FoundBy(const Finding& finding) {
  return finding.rule.empty() ? NameOf(finding.invariant) : std::string_view("rule");
}

std::string Told(const Finding& finding) {
  if (finding.rule.empty()) return Safe(finding.sentence);
  return fmt::format("{}: {}", Safe(finding.rule), Safe(finding.sentence));
}

std::string LineOf(const Record& record, const ContainerNames& names, std::size_t width,
                   bool color) {
  const Parts parts = PartsOf(record, names);
  const std::string time = ShortTime(WallTimeOf(record));
  const std::size_t container =
      width == 0 || width >= kWideLine ? kContainerWidthWide : kContainerWidth;
  const std::size_t used = 14 + 2 + container + 2 + kOperationWidth + 2;
  std::string text = parts.text;
  if (width > used) text = Fit(text, width - used);
  return fmt::format("{}  {}  {}  {}", Paint(Pad(time, 14), Style::kDim, color),
                     Paint(Pad(parts.container, container), Style::kBold, color),
                     Pad(parts.what, kOperationWidth), Paint(text, parts.style, color));
}

}  // namespace brig::cli
