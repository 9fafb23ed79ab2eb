// SPDX-License-Identifier: Apache-2.0
#include "cli/story_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/container_words.h"
#include "cli/record_line.h"

namespace brig::cli {
namespace {

constexpr std::size_t kMaxEvents = 12;  // told around a finding

class Teller {
 public:
  explicit Teller(std::size_t width) : width_(width) {}
  void Heading(std::string text) {
    if (!lines_.empty()) lines_.emplace_back();
    lines_.push_back(std::move(text));
  }
  void Say(std::string_view text) {
    for (std::string& line : Wrap(text, width_)) lines_.push_back(std::move(line));
  }
  std::vector<std::string> Take() { return std::move(lines_); }

 private:
  std::size_t width_;
  std::vector<std::string> lines_;
};

std::string ProcessWords(const Process& process) {
  std::string what = CommandLine(process.arguments);
  if (what.empty()) what = Safe(process.path.empty() ? process.ref.comm : process.path);
  return fmt::format("{} (pid {}, uid {}, born {})", what, process.ref.pid, process.ref.uid,
                     ShortTime(process.started_wall_ns));
}

void TellWhere(const Finding& finding, Teller& teller) {
  const Container& container = finding.subject.container;
  teller.Heading("WHERE");
  teller.Say(fmt::format(
      "{} {}, image {}", container.engine.empty() ? "container" : Safe(container.engine),
      Safe(container.DisplayName()), container.image.empty() ? "unknown" : Safe(container.image)));
  for (const Risk& risk : container.risks) teller.Say("It " + Safe(risk.text) + ".");
  if (!container.note.empty()) teller.Say(Safe(container.note));
}

void TellWho(const Finding& finding, Teller& teller) {
  teller.Heading("WHO");
  teller.Say(fmt::format("person: {} ({})", PersonWords(finding.subject.person),
                         NameOf(finding.subject.person.basis)));
  const Person& starter = finding.subject.container.started_by;
  teller.Say(fmt::format("container started by: {}{}", PersonWords(starter),
                         starter.command.empty() ? "" : ", with: " + Safe(starter.command)));
  std::string indent;
  for (auto process = finding.subject.chain.rbegin(); process != finding.subject.chain.rend();
       ++process) {
    teller.Say(indent + ProcessWords(*process));
    indent = indent.empty() ? "└ " : "  " + indent;
  }
}

}  // namespace

std::vector<std::string> TellStory(const Finding& finding, const std::vector<Event>& around,
                                   std::size_t width) {
  Teller teller(width);
  teller.Heading("WHAT HAPPENED");
  teller.Say(Safe(finding.sentence));
  teller.Say(fmt::format("{} UTC, {}, {}{}", ShortTime(finding.wall_ns), NameOf(finding.severity),
                         NameOf(finding.verdict),
                         finding.count > 1 ? fmt::format(", {} times", finding.count) : ""));
  teller.Say(fmt::format("invariant {} {}, by {}, on {}", NameOf(finding.invariant),
                         TitleOf(finding.invariant), Safe(finding.road), Safe(finding.object)));
  if (!finding.technique.empty()) teller.Say("MITRE ATT&CK " + Safe(finding.technique));
  TellWhere(finding, teller);
  TellWho(finding, teller);
  std::vector<Event> events = around;
  std::erase_if(events, [&](const Event& event) { return event.wall_ns > finding.wall_ns; });
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& a, const Event& b) { return a.wall_ns < b.wall_ns; });
  if (events.size() > kMaxEvents)
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(kMaxEvents));
  if (!events.empty()) teller.Heading("BEFORE IT");
  for (const Event& event : events)
    teller.Say(fmt::format("{}  {:<12} {}", ClockTime(event.wall_ns), NameOf(event.operation),
                           WhatHappened(event)));
  return teller.Take();
}

}  // namespace brig::cli
