// SPDX-License-Identifier: Apache-2.0
#include "cli/finding_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "cli/container_words.h"
#include "cli/record_line.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

constexpr std::size_t kMaxLabel = 120;

// A label: dot gives backslashes and quotes a meaning.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : Safe(text, kMaxLabel)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string LabelOf(const Process& process) {
  const std::string what =
      process.arguments.empty() ? process.path : CommandLine(process.arguments);
  return fmt::format("{} ({}, uid {})", what.empty() ? process.ref.comm : what, process.ref.pid,
                     process.ref.uid);
}

class Picture {
 public:
  Picture(const Finding& finding, const std::vector<Event>& events)
      : finding_(finding), events_(events), chain_(finding.subject.chain) {}

  std::string Draw() {
    text_ =
        "digraph finding {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n"
        "  edge [fontname=\"sans-serif\", fontsize=10];\n";
    text_ += fmt::format("  label={};\n", Quoted(finding_.id + ": " + finding_.sentence));
    DrawProcesses();
    DrawPerson();
    DrawTouched();
    DrawObject();
    return text_ + "}\n";
  }

 private:
  // The chain begins with who acted; whoever started it comes after.
  void DrawProcesses() {
    const Container& container = finding_.subject.container;
    std::string inside, outside;
    for (std::size_t i = 0; i < chain_.size(); ++i) {
      const bool is_inside = container.key != 0 && chain_[i].ref.container == container.key;
      std::string& where = is_inside ? inside : outside;
      where += fmt::format("  {}p{} [label={}{}];\n", is_inside ? "  " : "", i,
                           Quoted(LabelOf(chain_[i])), i == 0 ? ", penwidth=2" : "");
    }
    text_ += outside;
    if (!inside.empty())
      text_ += fmt::format(
          "  subgraph cluster_container {{\n    label={};\n{}  }}\n",
          Quoted(fmt::format("container {} {}", container.DisplayName(), container.image)), inside);
    for (std::size_t i = 1; i < chain_.size(); ++i)
      text_ += fmt::format("  p{} -> p{} [label=\"started\"];\n", i, i - 1);
    // Nobody is known who acted: the container stands for them.
    if (chain_.empty())
      text_ += fmt::format("  p0 [label={}];\n",
                           Quoted(container.key == 0 ? "host" : container.DisplayName()));
  }

  void DrawPerson() {
    const Person& person = finding_.subject.person;
    if (person.basis == PersonBasis::kUnknown) return;
    text_ += fmt::format("  person [shape=oval, label={}];\n  person -> p{} [style=dashed];\n",
                         Quoted(PersonWords(person)), chain_.empty() ? 0 : chain_.size() - 1);
  }

  void DrawTouched() {
    std::map<std::pair<std::size_t, std::string>, std::uint64_t> touched;
    std::uint64_t more = 0;
    for (const Event& event : events_) {
      if (event.operation == Operation::kFork || event.operation == Operation::kExit) continue;
      const auto who = std::ranges::find_if(chain_, [&](const Process& process) {
        return process.ref.SameBirth(event.actor.process);
      });
      if (who == chain_.end()) continue;
      const std::pair<std::size_t, std::string> key{
          static_cast<std::size_t>(who - chain_.begin()),
          fmt::format("{} {}", NameOf(event.operation), WhatHappened(event))};
      const auto known = touched.find(key);
      if (known != touched.end())
        ++known->second;
      else if (touched.size() < kMaxGraphObjects)
        touched[key] = 1;
      else
        ++more;
    }
    std::size_t number = 0;
    for (const auto& [key, count] : touched) {
      text_ += fmt::format("  t{} [shape=note, label={}];\n  p{} -> t{}", number,
                           Quoted(key.second), key.first, number);
      text_ += count == 1 ? ";\n" : fmt::format(" [label=\"{} times\"];\n", count);
      ++number;
    }
    if (more > 0) text_ += fmt::format("  more [shape=plaintext, label=\"{} more\"];\n", more);
  }

  void DrawObject() {
    text_ += fmt::format(
        "  object [shape=note, color=red, penwidth=2, label={}];\n  p0 -> object [color=red, "
        "label={}];\n",
        Quoted(finding_.object),
        Quoted(fmt::format("{} {}, {}{}", NameOf(finding_.invariant), finding_.road,
                           NameOf(finding_.verdict),
                           finding_.count > 1 ? fmt::format(", {} times", finding_.count) : "")));
  }

  const Finding& finding_;
  const std::vector<Event>& events_;
  const std::vector<Process>& chain_;
  std::string text_;
};

}  // namespace

std::string DotOf(const Finding& finding, const std::vector<Event>& events) {
  return Picture(finding, events).Draw();
}

}  // namespace brig::cli
