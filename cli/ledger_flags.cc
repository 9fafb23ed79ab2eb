// SPDX-License-Identifier: Apache-2.0
#include "cli/ledger_flags.h"

#include "base/file.h"
#include "ledger/prove.h"

namespace brig::cli {

void DeclareKey(Flags& flags, std::string& key) {
  flags.Option({.name = "--key",
                .value_name = "FILE",
                .help = "the log's public key, or a file that holds it",
                .hint = Hint::kFile,
                .target = &key});
}

Result<ledger::VerifierKey> ChosenKey(const std::string& text) {
  std::string line = text;
  if (auto content = ReadFile(text, 4096)) line = *std::move(content);
  while (line.ends_with('\n')) line.pop_back();
  auto key = ledger::ParseVerifierKey(line);
  if (!key) return Within("--key", std::move(key).error());
  return key;
}

void DeclareTiles(Flags& flags, std::string& tiles) {
  flags.Option({.name = "--tiles",
                .value_name = "DIR",
                .help = "a tiled log (`brig ledger tiles`, or anybody's) in place of the record",
                .hint = Hint::kDirectory,
                .target = &tiles});
}

Result<ledger::TileLog> OpenTiles(const std::string& tiles, const std::string& key,
                                  const std::string& ledger) {
  const auto chosen = key.empty() ? ledger::ReadKey(ledger) : ChosenKey(key);
  if (!chosen && key.empty())
    return Fail(ErrorCode::kNotFound, "whose tiles are these? give the log's public key by --key");
  if (!chosen) return std::unexpected(chosen.error());
  auto log = ledger::TileLog::Open(tiles, *chosen);
  if (!log) return Within(tiles, std::move(log).error());
  return log;
}

std::string WitnessedPath(const std::string& ledger) {
  return ledger.substr(0, ledger.rfind('/') + 1) + "witnessed";
}

Result<std::string> CheckpointFor(const std::string& ledger, std::uint64_t index) {
  // What witnesses have vouched for is worth more than what is only newer.
  auto witnessed = ReadFile(WitnessedPath(ledger), ledger::kMaxNoteBytes);
  const auto head =
      witnessed ? ledger::ReadCheckpoint(*witnessed) : std::unexpected(witnessed.error());
  if (head && index < head->size) return witnessed;
  return ledger::LatestCheckpoint(ledger);
}

}  // namespace brig::cli
