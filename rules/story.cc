// SPDX-License-Identifier: Apache-2.0
#include "rules/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "rules/sentences.h"
#include "rules/words.h"

namespace brig::rules {
namespace {

constexpr std::size_t kMinWidth = 40;

std::string Safe(std::string_view text) { return Printable(text, kMaxWords); }

class Writer {
 public:
  explicit Writer(std::size_t width) : width_(std::max(width, kMinWidth)) {}
  void Heading(std::string_view text) {
    if (!text_.empty()) text_ += '\n';
    text_ += fmt::format("{}\n", text);
  }
  void Paragraph(const std::string& text) { text_ += "  " + Wrap(text, width_, 2) + '\n'; }
  void Item(const std::string& text) { text_ += "  - " + Wrap(text, width_, 4) + '\n'; }
  void Line(std::size_t indent, const std::string& text) {
    text_ += std::string(indent, ' ') + Wrap(text, width_, indent + 2) + '\n';
  }
  [[nodiscard]] std::string Take() { return std::move(text_); }

 private:
  std::size_t width_;
  std::string text_;
};

std::string PersonWords(const Person& person) {
  const std::string name = Safe(person.name);
  const std::string command =
      person.command.empty() ? "" : fmt::format(" (`{}`)", Printable(person.command, 512));
  switch (person.basis) {
    case PersonBasis::kLogin: return fmt::format("{}, by the login of the session", name);
    case PersonBasis::kCaller:
      return fmt::format("{}, who was calling the engine{}", name, command);
    case PersonBasis::kAmbiguous:
      return fmt::format("{}: several were calling the engine at that moment{}", name, command);
    case PersonBasis::kUnknown: break;
  }
  return "nobody whom brig could name";
}

std::string CountWords(std::uint64_t count) {
  if (count <= 1) return {};
  return count == 2 ? " It happened twice." : fmt::format(" It happened {} times.", count);
}

void TellWhat(const Finding& finding, Writer& out) {
  out.Heading("What happened");
  out.Paragraph(fmt::format("On {}: {}{}", FormatTime(finding.wall_ns),
                            Printable(finding.sentence, 2048), CountWords(finding.count)));
  if (!finding.rule.empty()) {
    const std::string technique =
        finding.technique.empty() ? "" : ", MITRE ATT&CK " + Safe(finding.technique);
    return out.Paragraph(fmt::format("Rule \"{}\", {}{}. Road: {}. Object: {}.", Safe(finding.rule),
                                     NameOf(finding.severity), technique, Safe(finding.road),
                                     Safe(finding.object)));
  }
  out.Paragraph(fmt::format("Invariant {} ({}), {}, MITRE ATT&CK {}. Road: {}.",
                            NameOf(finding.invariant), TitleOf(finding.invariant),
                            NameOf(finding.severity), Safe(finding.technique), Safe(finding.road)));
}

void TellWhere(const Container& container, Writer& out) {
  out.Heading("Where");
  std::string text = "Container " + Safe(container.DisplayName());
  if (!container.id.empty()) text += fmt::format(", id {}", Safe(container.id.substr(0, 12)));
  if (!container.image.empty()) text += fmt::format(", from the image {}", Safe(container.image));
  if (container.started_wall_ns != 0)
    text += fmt::format(", started on {}", FormatTime(container.started_wall_ns));
  out.Paragraph(text + ".");
  if (!container.image_digest.empty())
    out.Paragraph("The image's digest is " + Safe(container.image_digest) + ".");
  if (container.naming == Naming::kUnidentified)
    out.Paragraph("No engine vouches for this container: " +
                  (container.note.empty() ? std::string("none is known") : Safe(container.note)) +
                  ".");
  else if (!container.note.empty())
    out.Paragraph("Note: " + Safe(container.note) + ".");
}

void TellWho(const Subject& subject, Writer& out) {
  out.Heading("Who");
  out.Paragraph("The container was started by " + PersonWords(subject.container.started_by) + ".");
  const Person& starter = subject.container.started_by;
  if (subject.person.basis == starter.basis && subject.person.name == starter.name &&
      subject.person.command == starter.command)
    return;
  out.Paragraph("The act itself was that of " + PersonWords(subject.person) + ".");
}

void TellDanger(const Container& container, Writer& out) {
  out.Heading("What made it dangerous");
  if (container.risks.empty()) {
    out.Paragraph("Nothing in its settings: it was started with an engine's usual confinement.");
    return;
  }
  for (const Risk& risk : container.risks)
    out.Item(fmt::format("It {} ({}).", Printable(risk.text, 512), NameOf(risk.severity)));
}

std::string CommandOf(const Process& process) {
  std::string command;
  for (const std::string& argument : process.arguments) {
    if (!command.empty()) command += ' ';
    command += argument;
    if (command.size() > kMaxWords) break;
  }
  if (command.empty()) command = process.path.empty() ? process.ref.comm : process.path;
  return Safe(command);
}

void TellChain(const std::vector<Process>& chain, Writer& out) {
  if (chain.empty()) return;
  out.Heading("The processes, from the oldest to the one that acted");
  std::size_t indent = 2;
  for (auto process = chain.rbegin(); process != chain.rend(); ++process) {
    out.Line(indent,
             fmt::format("{} {} (user {}){}", process->ref.pid, CommandOf(*process),
                         process->ref.uid, process->ref.container == 0 ? ", on the host" : ""));
    indent = std::min<std::size_t>(indent + 2, 16);
  }
}

bool IsWorthTelling(const Event& event) {
  switch (event.operation) {
    case Operation::kFork:
    case Operation::kExit:
    case Operation::kLost:
    case Operation::kNone: return false;
    case Operation::kOpen: return event.invariant != Invariant::kNone;
    default: return true;
  }
}

void TellRelated(std::vector<const Event*> events, Writer& out) {
  std::erase_if(events, [](const Event* event) { return !IsWorthTelling(*event); });
  if (events.empty()) return;
  std::stable_sort(events.begin(), events.end(),
                   [](const Event* a, const Event* b) { return a->boot_ns < b->boot_ns; });
  out.Heading("What else the container did around it");
  const std::size_t told = std::min(events.size(), kMaxRelated);
  for (std::size_t i = 0; i < told; ++i) {
    const Event& event = *events[i];
    const std::string time = FormatTime(event.wall_ns);
    const std::string act = IsRefused(event)
                                ? fmt::format("tried to {}, refused", ActOf(event, false))
                                : ActOf(event, true);
    out.Line(2, fmt::format("{} {} {}{}", time.substr(std::min<std::size_t>(11, time.size())),
                            Safe(event.actor.process.comm), act,
                            event.invariant == Invariant::kNone
                                ? std::string()
                                : fmt::format(" [{}]", NameOf(event.invariant))));
  }
  if (events.size() > told)
    out.Paragraph(fmt::format("And {} more: brig events.", events.size() - told));
}

std::string DeedOf(const Finding& finding) {
  switch (finding.verdict) {
    case Verdict::kKilled:
      return "brig killed the process in the kernel, as the mode of this invariant says, and "
             "recorded it.";
    case Verdict::kRefused: return "brig refused the act in the kernel and recorded it.";
    case Verdict::kSeen: break;
  }
  if (finding.result < 0)
    return "The kernel refused the act by itself; brig recorded it. Somebody is trying.";
  if (!finding.rule.empty())
    return "brig saw and recorded it. Rules tell; what must not happen is what invariants are for.";
  return fmt::format(
      "brig saw and recorded it, and stopped nothing: the mode of this invariant is watch. "
      "To have such processes killed, start brigd with --mode {}=kill.",
      NameOf(finding.invariant));
}

}  // namespace

std::string Wrap(const std::string& text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (word.empty()) continue;
    if (column > indent && column + 1 + word.size() > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string Tell(const Finding& finding, const std::vector<Event>& related, std::size_t width) {
  Writer out(width);
  TellWhat(finding, out);
  TellWhere(finding.subject.container, out);
  TellWho(finding.subject, out);
  TellDanger(finding.subject.container, out);
  TellChain(finding.subject.chain, out);
  std::vector<const Event*> events;
  for (const Event& event : related) events.push_back(&event);
  TellRelated(std::move(events), out);
  if (finding.rule.empty()) {
    out.Heading("Why it matters");
    out.Paragraph(std::string(ReasonOf(finding.cause)));
  }
  out.Heading("What brig did");
  out.Paragraph(DeedOf(finding));
  out.Heading("What to do next");
  out.Paragraph(finding.rule.empty()
                    ? std::string(AdviceOf(finding.cause))
                    : std::string("See whether it was meant: by whom, and in which session. If it "
                                  "is everyday work, give the rule an exception for it, as narrow "
                                  "as it can be."));
  return out.Take();
}

}  // namespace brig::rules
