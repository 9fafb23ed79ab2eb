// SPDX-License-Identifier: Apache-2.0
// The flags by which a person says whose signatures count, and which log is meant. Thread safe (no
// state).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/flags.h"
#include "ledger/note.h"
#include "ledger/tile_log.h"

namespace brig::cli {

// Declares --key.
void DeclareKey(Flags& flags, std::string& key);
// What was given: a verifier key, or a file that holds one on its only line.
[[nodiscard]] Result<ledger::VerifierKey> ChosenKey(const std::string& text);
// Declares --tiles.
void DeclareTiles(Flags& flags, std::string& tiles);
// The tiled log in `tiles`; without a key given, by the key that lies beside the record of
// `ledger`.
[[nodiscard]] Result<ledger::TileLog> OpenTiles(const std::string& tiles, const std::string& key,
                                                const std::string& ledger);
// Where the checkpoint with the witnesses' cosignatures is kept, for the ledger in this directory.
std::string WitnessedPath(const std::string& ledger);
// The checkpoint to prove an entry in: the one that witnesses have cosigned, where it covers it.
[[nodiscard]] Result<std::string> CheckpointFor(const std::string& ledger, std::uint64_t index);
// The words to print beside a key that came from where the data came from.
inline constexpr std::string_view kKeyFromBeside =
    "  (from beside the record: compare it with a copy)";

}  // namespace brig::cli
