// SPDX-License-Identifier: Apache-2.0
// `brig explain`: one finding as a story.
#include <fmt/format.h>

#include <deque>

#include "cli/commands.h"
#include "cli/history.h"
#include "cli/late_names.h"
#include "cli/story_text.h"
#include "cli/text.h"

namespace brig::cli {
namespace {

constexpr std::size_t kWidthDefault = 80;
constexpr std::size_t kMaxEvents = 2000;  // of one container, the newest before the finding
constexpr std::size_t kMaxFindings = 20;  // told about when the id is ambiguous

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
  Result<Finding> Find(const Session& session) const;
  static Result<std::vector<Event>> EventsOf(const Session& session, const Finding& finding);
  std::string id_;
  std::uint64_t width_ = 0;
};

Result<Finding> Explain::Find(const Session& session) const {
  std::vector<Finding> found;
  LateNames names;
  std::uint64_t more = 0;
  BRIG_TRY(ForEachRecord(session.ledger_directory(), [&](auto& stored) {
    names.Learn(stored.record);
    if (const auto* repeat = std::get_if<FindingRepeat>(&stored.record))
      for (Finding& finding : found)
        if (finding.id == repeat->id) finding.count = repeat->count;
    auto* finding = std::get_if<Finding>(&stored.record);
    if (finding == nullptr || !finding->id.starts_with(id_)) return;
    if (found.size() < kMaxFindings)
      found.push_back(std::move(*finding));
    else
      ++more;
  }));
  if (found.empty())
    return Fail(ErrorCode::kNotFound,
                fmt::format("no finding {}: `brig findings` lists them", id_));
  if (found.size() > 1) {
    std::string ids;
    for (const Finding& finding : found) ids += " " + finding.id;
    return Fail(ErrorCode::kInvalid, fmt::format("{} findings begin with {}: give more of it:{}",
                                                 found.size() + more, id_, ids));
  }
  names.Name(found.front());
  return std::move(found.front());
}

Result<std::vector<Event>> Explain::EventsOf(const Session& session, const Finding& finding) {
  std::deque<Event> events;
  BRIG_TRY(ForEachRecord(session.ledger_directory(), [&](auto& stored) {
    auto* event = std::get_if<Event>(&stored.record);
    if (event == nullptr || event->actor.process.container != finding.subject.container.key) return;
    if (event->wall_ns > finding.wall_ns) return;
    events.push_back(std::move(*event));
    if (events.size() > kMaxEvents) events.pop_front();
  }));
  return std::vector<Event>(events.begin(), events.end());
}

Result<Exit> Explain::Run(const Session& session) {
  BRIG_ASSIGN(const Finding finding, Find(session));
  BRIG_ASSIGN(const std::vector<Event> events, EventsOf(session, finding));
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
