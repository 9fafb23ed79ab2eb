// SPDX-License-Identifier: Apache-2.0
// `brig ledger tiles`: the record in the format that other people's programs read.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/text.h"
#include "ledger/layout.h"
#include "ledger/prove.h"
#include "ledger/reader.h"
#include "ledger/tile_writer.h"

namespace brig::cli {
namespace {

constexpr std::chrono::seconds kPatience(60);
constexpr std::uint64_t kTellEvery = 65536;

class LedgerTiles final : public Command {
 public:
  [[nodiscard]] About about() const override {
    return {
        .name = "ledger tiles",
        .summary = "write the record as C2SP tiles, for other people's programs",
        .details =
            "Derives a tiled log (C2SP tlog-tiles: entries, hashes, the signed checkpoint, as "
            "plain files) from what is sealed, going on where the directory ends; any web server "
            "can serve it. Nothing is published that does not match the signed root. `brig "
            "ledger verify`, `prove` and `consistency` read such a directory with --tiles.",
        .examples = {{"brig ledger tiles /srv/log", "once"},
                     {"brig ledger tiles /srv/log --follow", "and whenever something is sealed"}}};
  }
  void Declare(Flags& flags) override {
    flags.Argument({.name = "DIRECTORY",
                    .help = "where the tiles are, or will be",
                    .hint = Hint::kDirectory,
                    .required = true,
                    .target = &directory_});
    flags.Option({.name = "--follow", .help = "go on with what is sealed now", .target = &follow_});
  }
  Result<Exit> Run(const Session& session) override;

 private:
  Result<> CatchUp(const Session& session, ledger::TileWriter& tiles);
  std::string directory_;
  bool follow_ = false;
};

// Adds what the latest checkpoint covers, and publishes it.
Result<> LedgerTiles::CatchUp(const Session& session, ledger::TileWriter& tiles) {
  const std::string ledger = session.ledger_directory();
  BRIG_ASSIGN(const std::string note,
              ReadFile(ledger::Join(ledger, ledger::kCheckpointFile), ledger::kMaxNoteBytes));
  BRIG_ASSIGN(const ledger::CheckpointBody head, ledger::ReadCheckpoint(note));
  if (head.size < tiles.size())
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} entries are in {}, the record has sealed {}: it was rolled back, "
                            "or the tiles are another record's",
                            tiles.size(), directory_, head.size));
  if (head.size == tiles.size()) return {};
  const std::uint64_t before = tiles.size();
  const bool terminal = ::isatty(fileno(session.talk)) == 1;
  BRIG_ASSIGN(const auto reader, ledger::Reader::Open(ledger));
  BRIG_TRY(reader->Seek(before));
  while (tiles.size() < head.size) {
    BRIG_ASSIGN(const auto entry, reader->Next());
    if (!entry)
      return Fail(ErrorCode::kCorrupt, fmt::format("{} entries are sealed, {} are here: `brig "
                                                   "ledger verify` tells more",
                                                   head.size, tiles.size()));
    BRIG_TRY(tiles.Add(entry->bytes));
    if (!terminal || tiles.size() % kTellEvery != 0) continue;
    fmt::print(session.talk, "\r{} of {} entries   ", WithCommas(tiles.size()),
               WithCommas(head.size));
    std::fflush(session.talk);
  }
  if (terminal) fmt::print(session.talk, "\r\x1b[K");
  BRIG_TRY(tiles.Publish(note));
  fmt::print(session.talk, "{}: entries {} to {} added\n", directory_, before, head.size - 1);
  return {};
}

Result<Exit> LedgerTiles::Run(const Session& session) {
  BRIG_ASSIGN(const ledger::VerifierKey key, ledger::ReadKey(session.ledger_directory()));
  BRIG_ASSIGN(ledger::TileWriter tiles, ledger::TileWriter::Open(directory_, key));
  BRIG_ASSIGN(const auto waiter, ledger::Reader::Open(session.ledger_directory()));
  for (;;) {
    BRIG_TRY(CatchUp(session, tiles));
    if (!follow_) return Exit::kFine;
    BRIG_TRY(waiter->Wait(kPatience));
  }
}

}  // namespace

std::unique_ptr<Command> MakeLedgerTiles() { return std::make_unique<LedgerTiles>(); }

}  // namespace brig::cli
