// SPDX-License-Identifier: Apache-2.0
// `brig explain`: one finding as a story.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/finding_search.h"
#include "cli/story_text.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

constexpr std::size_t kWidthDefault = 80;
constexpr std::size_t kMaxEvents = 2000;  // of one container, the newest before the finding

class Explain final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "explain",
            .summary = "tell a finding as a story: who, where, how, and what came before",
            .details =
                "Tells one finding from the record as a person would: what was done and why it "
                "matters, in "
                "which container and how that was started, who stands behind it, and what came "
                "before. The "
                "start of the id is enough. brigd need not run.",
            .examples = {{"brig explain 3f9a", "the finding whose id begins so"},
                         {"brig explain 3f9a --width 120", "for a wide page"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "ID",
                    .help = "the finding's id, or its start, as `brig findings` shows it",
                    .required = true,
                    .target = &id_});
    flags.Option({.name = "--width",
                  .value_name = "COLUMNS",
                  .help = "of the text (default: the terminal's, at most 100)",
                  .target = &width_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  std::string id_;
  std::uint64_t width_ = 0;
};

Result<Exit> Explain::Run(const Session& session) {
  BRIG_ASSIGN(const FoundFinding found, FindFinding(session.ledger_directory(), id_));
  const Finding& finding = found.finding;
  BRIG_ASSIGN(const std::vector<Event> events,
              EventsBefore(session.ledger_directory(), finding, kMaxEvents));
  if (session.globals.json) {
    fmt::print(session.out, "{}\n", ToJson(Record(finding)));
    for (const Event& event : events) fmt::print(session.out, "{}\n", ToJson(Record(event)));
    return Exit::kFine;
  }
  std::size_t width = width_;
  if (width == 0)
    width = session.width == 0 ? kWidthDefault : std::min<std::size_t>(session.width, 100);
  for (const std::string& line : TellStory(finding, events, width))
    fmt::print(session.out, "{}\n",
               Paint(line, line.starts_with(' ') ? Style::kPlain : Style::kTitle, session.color));
  return Exit::kFine;
}

}  // namespace

std::unique_ptr<Command> MakeExplain() { return std::make_unique<Explain>(); }

}  // namespace brig::cli
