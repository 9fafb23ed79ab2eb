// SPDX-License-Identifier: Apache-2.0
// `brig ledger verify`: is the record what was written?
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/ledger_flags.h"
#include "cli/text.h"
#include "ledger/prove.h"
#include "ledger/verify.h"

namespace brig::cli {
namespace {

constexpr std::size_t kMaxShownFaults = 10;

class LedgerVerify final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "ledger verify",
        .summary = "check every byte and signature of the record",
        .details =
            "Reads the whole record and finds every altered, missing or reordered byte that a "
            "checkpoint covers. Exit 1 when something is wrong; the first wrong byte is named. "
            "brigd "
            "may be writing meanwhile.\n"
            "\n"
            "Alone it cannot see a record that was rolled back as a whole, or made anew with "
            "another "
            "key: give --checkpoint, a checkpoint kept elsewhere, and --key, the log's public key.",
        .examples = {{"brig ledger verify", "against the key that lies beside the record"},
                     {"brig ledger verify --key log.pub --checkpoint monday.note",
                      "against what was kept elsewhere"},
                     {"brig ledger verify --since yesterday.note", "only what came since then"},
                     {"brig ledger verify --tiles /srv/log --key log.pub", "a tiled log"}}};
  }
  void Declare(Flags& flags) override {
    DeclareKey(flags, key_);
    DeclareTiles(flags, tiles_);
    flags.Option({.name = "--since",
                  .value_name = "FILE",
                  .help = "a checkpoint that was verified before: only what follows is read",
                  .hint = Hint::kFile,
                  .target = &since_});
    flags.Option({.name = "--checkpoint",
                  .value_name = "FILE",
                  .help = "a checkpoint that the record must contain; may be given several times",
                  .hint = Hint::kFile,
                  .target = &checkpoints_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  Result<ledger::VerifyOptions> Options(const Session& session) const;
  Result<ledger::VerifyReport> Verify(const Session& session,
                                      const ledger::VerifyOptions& options) const;
  std::string key_, tiles_, since_;
  std::vector<std::string> checkpoints_;
};

std::string Rate(double bytes, double seconds) {
  return seconds > 0 ? HumanBytes(static_cast<std::uint64_t>(bytes / seconds)) + "/s" : "-";
}

Result<ledger::VerifyOptions> LedgerVerify::Options(const Session& session) const {
  ledger::VerifyOptions options;
  if (!key_.empty()) {
    BRIG_ASSIGN(options.key, ChosenKey(key_));
  }
  for (const std::string& path : checkpoints_) {
    BRIG_ASSIGN(const std::string note, ReadFile(path, ledger::kMaxNoteBytes));
    auto body =
        options.key ? ledger::OpenCheckpoint(*options.key, note) : ledger::ReadCheckpoint(note);
    if (!body) return Within(path, std::move(body).error());
    options.expected.push_back(*std::move(body));
  }
  if (!since_.empty()) {
    // Whose else, if not the key's given: what is trusted must be signed all the same.
    BRIG_ASSIGN(const std::string note, ReadFile(since_, ledger::kMaxNoteBytes));
    BRIG_ASSIGN(const ledger::VerifierKey key, options.key
                                                   ? Result<ledger::VerifierKey>(*options.key)
                                                   : ledger::ReadKey(session.ledger_directory()));
    auto body = ledger::OpenCheckpoint(key, note);
    if (!body) return Within(since_, std::move(body).error());
    options.since = *std::move(body);
  }
  if (::isatty(fileno(session.talk)) == 1)
    options.progress = [&session](const ledger::Progress& progress) {
      const auto bytes = static_cast<double>(progress.bytes);
      fmt::print(session.talk, "\r{:3.0f} %  {} entries  {}   ",
                 progress.bytes_total == 0
                     ? 100.0
                     : 100.0 * bytes / static_cast<double>(progress.bytes_total),
                 WithCommas(progress.entries), Rate(bytes, progress.seconds));
      std::fflush(session.talk);
    };
  return options;
}

void PrintJson(const Session& session, const ledger::VerifyReport& report) {
  nlohmann::ordered_json faults = nlohmann::ordered_json::array();
  for (const ledger::Fault& fault : report.faults)
    faults.push_back({{"file", fault.file},
                      {"offset", fault.offset},
                      {"index", fault.index},
                      {"what", Safe(fault.what)}});
  const nlohmann::ordered_json json = {{"intact", report.intact()},
                                       {"entries", report.entries},
                                       {"sealed", report.sealed},
                                       {"checkpoints", report.checkpoints},
                                       {"segments", report.segments},
                                       {"bytes", report.bytes},
                                       {"seconds", report.seconds},
                                       {"root", ToHex(report.root)},
                                       {"says", report.says},
                                       {"key", ledger::FormatVerifierKey(report.key)},
                                       {"key_from_ledger", report.key_from_ledger},
                                       {"faults", faults},
                                       {"remarks", report.remarks}};
  fmt::print(session.out, "{}\n",
             json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void PrintFaults(const Session& session, const ledger::VerifyReport& report) {
  fmt::print(session.out, "{}\n", Paint("NOT INTACT", Style::kCritical, session.color));
  for (std::size_t i = 0; i < report.faults.size() && i < kMaxShownFaults; ++i) {
    const ledger::Fault& fault = report.faults[i];
    fmt::print(session.out, "  {}, byte {}, entry {}: {}\n", Safe(fault.file), fault.offset,
               fault.index, Safe(fault.what));
  }
  if (report.faults.size() > kMaxShownFaults)
    fmt::print(session.out, "  and {} more (--json lists them)\n",
               report.faults.size() - kMaxShownFaults);
}

void PrintReport(const Session& session, const ledger::VerifyReport& report, bool tiles) {
  if (report.intact())
    fmt::print(session.out, "{}  {} entries, {} sealed by {}\n",
               Paint("intact", Style::kGood, session.color), WithCommas(report.entries),
               WithCommas(report.sealed), Counted(report.checkpoints, "checkpoint"));
  else
    PrintFaults(session, report);
  fmt::print(session.out, "root    {}\nkey     {}{}\n", ToHex(report.root),
             Safe(ledger::FormatVerifierKey(report.key)),
             report.key_from_ledger ? kKeyFromBeside : "");
  fmt::print(session.out, "read    {} in {}, {:.1f} s, {}\n", HumanBytes(report.bytes),
             Counted(report.segments, tiles ? "bundle" : "segment"), report.seconds,
             Rate(static_cast<double>(report.bytes), report.seconds));
  for (const std::string& line : report.says) fmt::print(session.out, "says    {}\n", Safe(line));
  for (const std::string& remark : report.remarks)
    fmt::print(session.out, "note    {}\n", Safe(remark));
}

Result<ledger::VerifyReport> LedgerVerify::Verify(const Session& session,
                                                  const ledger::VerifyOptions& options) const {
  if (tiles_.empty()) return ledger::Verify(session.ledger_directory(), options);
  if (!options.expected.empty() || options.since)
    return Fail(ErrorCode::kUnsupported,
                "tiles are held against an old checkpoint by `brig ledger consistency --tiles`");
  BRIG_ASSIGN(ledger::TileLog log, OpenTiles(tiles_, key_, session.ledger_directory()));
  auto report = log.Verify(options.progress);
  if (report) report->key_from_ledger = key_.empty();
  return report;
}

Result<Exit> LedgerVerify::Run(const Session& session) {
  BRIG_ASSIGN(const ledger::VerifyOptions options, Options(session));
  auto report = Verify(session, options);
  if (options.progress) fmt::print(session.talk, "\r\x1b[K");
  if (!report && report.error().code == ErrorCode::kNotFound)
    return Fail(ErrorCode::kNotFound, report.error().message + ": --state names another directory");
  if (!report) return std::unexpected(std::move(report).error());
  if (session.globals.json)
    PrintJson(session, *report);
  else
    PrintReport(session, *report, !tiles_.empty());
  return report->intact() ? Exit::kFine : Exit::kNo;
}

}  // namespace

std::unique_ptr<Command> MakeLedgerVerify() { return std::make_unique<LedgerVerify>(); }

}  // namespace brig::cli
