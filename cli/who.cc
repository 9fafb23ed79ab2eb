// SPDX-License-Identifier: Apache-2.0
// `brig who`: who touched a container or a file.
#include <fmt/format.h>

#include <algorithm>

#include "cli/act_line.h"
#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/container_words.h"
#include "cli/history.h"
#include "cli/record_line.h"

namespace brig::cli {
namespace {

class Who final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "who",
            .summary = "who touched a container or a file",
            .details =
                "Answers from the record; brigd need not run. Of a container: who started it, who "
                "entered it, whose commands named it, who stands behind its findings. Of a file "
                "(what begins with /): the recorded operations on that path, with the person who "
                "started the container that did them, and the findings about it.",
            .examples = {{"brig who web", "of a container: its name, start of its id, or key"},
                         {"brig who /etc/shadow", "of a file"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "WHAT",
                    .help = "a container, or the path of a file",
                    .hint = Hint::kContainer,
                    .required = true,
                    .target = &what_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  [[nodiscard]] bool IsFile() const { return what_.starts_with('/'); }
  [[nodiscard]] bool Concerns(const Event& event) const;
  [[nodiscard]] bool Concerns(const Act& act) const;
  void PrintEvent(const Session& session, const Event& event) const;

  std::string what_;
  ContainerNames names_;
};

// A command may name a container in any of its words.
bool Who::Concerns(const Act& act) const {
  if (IsFile()) return act.kind == ActKind::kFinding && act.what.find(what_) != std::string::npos;
  if (act.container != 0) return names_.Means(what_, act.container);
  const std::string words = " " + act.what + " ";
  return words.find(" " + what_ + " ") != std::string::npos;
}

bool Who::Concerns(const Event& event) const {
  if (event.operation == Operation::kCaller || event.operation == Operation::kContainerStart)
    return false;
  const auto paths = PathsOf(event);
  return std::ranges::find(paths, what_) != paths.end();
}

// An event alone does not tell who entered the container; who started it is known of all of them.
void Who::PrintEvent(const Session& session, const Event& event) const {
  if (session.globals.json) {
    fmt::print(session.out, "{}\n", ToJson(Record(event)));
    return;
  }
  const Person starter = names_.StarterOf(event.actor.process.container);
  fmt::print(session.out, "{}  (in a container started by {})\n",
             LineOf(Record(event), names_, 0, session.color), PersonWords(starter));
}

Result<Exit> Who::Run(const Session& session) {
  Acts acts;
  std::vector<Event> events;
  BRIG_TRY(ForEachRecord(session.ledger_directory(), [&](Stored& stored) {
    names_.Learn(stored.record);
    acts.Learn(stored.record);
    const auto* event = std::get_if<Event>(&stored.record);
    if (IsFile() && event != nullptr && Concerns(*event)) events.push_back(*event);
  }));
  const std::uint32_t boots = acts.boots();
  bool any = !events.empty();
  for (const Event& event : events) PrintEvent(session, event);
  for (const Act& act : acts.Take()) {
    if (!Concerns(act)) continue;
    PrintAct(session, act, SessionOf(act, boots), names_);
    any = true;
  }
  if (!any) fmt::print(session.talk, "the record knows nobody who touched {}\n", Safe(what_));
  return any ? Exit::kFine : Exit::kNo;
}

}  // namespace

std::unique_ptr<Command> MakeWho() { return std::make_unique<Who>(); }

}  // namespace brig::cli
