// SPDX-License-Identifier: Apache-2.0
// `brig events`: the record, filtered, and what happens now.
#include <fmt/format.h>

#include <deque>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/history.h"
#include "cli/live_records.h"
#include "cli/record_line.h"

namespace brig::cli {
namespace {

constexpr std::uint64_t kNotGiven = ~std::uint64_t{0};
constexpr std::uint64_t kOnTerminal = 200;   // shown without --limit
constexpr std::uint64_t kBeforeFollow = 10;  // shown before what happens now

class Events final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {.name = "events",
            .summary = "what happened, from the record, and what happens now",
            .details =
                "Reads the record on disk, oldest first; brigd need not run. With --follow it goes "
                "on with "
                "what brigd sees now, the telemetry that the record does not keep by default "
                "included. A "
                "terminal gets the newest 200 unless --limit says otherwise.\n"
                "\n"
                "With --json each line is an object as `brig events --schema` describes it. Times "
                "are UTC.",
            .examples = {{"brig events --since 10m --container web",
                          "the last ten minutes of one container"},
                         {"brig events --follow --operation mount --json",
                          "mounts as they happen, for a program"}}};
  }
  void Declare(Flags& flags) override {
    flags.Option({.name = "--follow", .help = "go on with what happens now", .target = &follow_});
    filter_flags_.Declare(flags, false);
    flags.Option(
        {.name = "--limit", .value_name = "N", .help = "the newest N (0: all)", .target = &limit_});
    flags.Option({.name = "--schema",
                  .help = "print the JSON Schema of --json and stop",
                  .target = &schema_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  void Print(const Session& session, const Record& record) const;
  Result<> PrintHistory(const Session& session, const Filter& filter, LiveRecords* live);
  Result<Exit> Follow(const Session& session, const Filter& filter, LiveRecords& live);

  FilterFlags filter_flags_;
  ContainerNames names_;
  std::uint64_t limit_ = kNotGiven;
  bool follow_ = false, schema_ = false;
};

void Events::Print(const Session& session, const Record& record) const {
  if (session.globals.json)
    fmt::print(session.out, "{}\n", ToJson(record));
  else
    fmt::print(session.out, "{}\n", LineOf(record, names_, session.width, session.color));
}

Result<> Events::PrintHistory(const Session& session, const Filter& filter, LiveRecords* live) {
  std::uint64_t limit = limit_;
  if (limit == kNotGiven)
    limit = filter.has_since() ? 0 : follow_ ? kBeforeFollow : session.width > 0 ? kOnTerminal : 0;
  std::deque<Record> newest;
  std::uint64_t left_out = 0;
  const auto result = ForEachRecord(session.ledger_directory(), [&](Stored& stored) {
    names_.Learn(stored.record);
    if (live != nullptr) live->AlreadySeen(stored.record);
    if (!filter.Wants(stored.record, names_)) return;
    if (limit == 0) return Print(session, stored.record);
    newest.push_back(std::move(stored.record));
    if (newest.size() > limit) {
      newest.pop_front();
      ++left_out;
    }
  });
  for (const Record& record : newest) Print(session, record);
  if (left_out > 0 && limit_ == kNotGiven && !follow_)
    fmt::print(session.talk, "({} earlier ones left out: --limit 0 shows all)\n",
               WithCommas(left_out));
  return result;
}

Result<Exit> Events::Follow(const Session& session, const Filter& filter, LiveRecords& live) {
  for (;;) {
    std::fflush(session.out);
    BRIG_ASSIGN(const std::optional<LiveRecord> next, live.Next(std::chrono::hours(1)));
    if (!next) continue;
    if (next->skipped > 0) {
      fmt::print(session.talk, "({} left out: more than this terminal could take)\n",
                 WithCommas(next->skipped));
      continue;
    }
    names_.Learn(next->record);
    if (filter.Wants(next->record, names_)) Print(session, next->record);
  }
}

Result<Exit> Events::Run(const Session& session) {
  if (schema_) {
    fmt::print(session.out, "{}", RecordJsonSchema());
    return Exit::kFine;
  }
  BRIG_ASSIGN(const Filter filter, Filter::From(filter_flags_, SystemClock().WallNs()));
  if (!follow_) {
    BRIG_TRY(PrintHistory(session, filter, nullptr));
    return Exit::kFine;
  }
  // First the promise of what comes, then what was: nothing falls between.
  BRIG_ASSIGN(LiveRecords live, LiveRecords::Start(session.socket_path(), /*all=*/true));
  if (const auto history = PrintHistory(session, filter, &live); !history)
    fmt::print(session.talk, "brig: {}\n", Safe(history.error().message));
  return Follow(session, filter, live);
}

}  // namespace

std::unique_ptr<Command> MakeEvents() { return std::make_unique<Events>(); }

}  // namespace brig::cli
