// SPDX-License-Identifier: Apache-2.0
// Makes proofs out of a ledger's files. Needs read permission only; a writer may be at work
// meanwhile. Reads from the segment that holds the entry (or the old size) to the end of what the
// checkpoint covers. Every proof is checked before it is handed out. Thread safe (no state).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/disk.h"
#include "ledger/proof.h"

namespace brig::ledger {

// The entry `index`, its bytes as extra data, in the latest checkpoint. kNotFound when no
// checkpoint covers it yet; kCorrupt when the files do not prove what they should: Verify tells
// where.
[[nodiscard]] Result<TlogProof> ProveEntry(const std::string& directory, std::uint64_t index,
                                           Disk& disk = RealDisk());

// The first `old_size` entries are the beginning of the `size` that a checkpoint covers; without
// `size`, of the latest. kNotFound without a checkpoint of just that size (the message names the
// next ones); kCorrupt as above.
[[nodiscard]] Result<Extension> ProveExtension(const std::string& directory, std::uint64_t old_size,
                                               std::optional<std::uint64_t> size = std::nullopt,
                                               Disk& disk = RealDisk());

// The same for a checkpoint that is at hand, such as one that witnesses have cosigned.
[[nodiscard]] Result<TlogProof> ProveEntryIn(const std::string& directory, std::uint64_t index,
                                             const std::string& note, Disk& disk = RealDisk());
// Of many entries, reading once from the first of them on. `indices` ascend.
[[nodiscard]] Result<std::vector<TlogProof>> ProveEntriesIn(
    const std::string& directory, const std::vector<std::uint64_t>& indices,
    const std::string& note, Disk& disk = RealDisk());
[[nodiscard]] Result<Extension> ProveExtensionTo(const std::string& directory,
                                                 std::uint64_t old_size, const std::string& note,
                                                 Disk& disk = RealDisk());

// The latest checkpoint, its signature checked by the ledger's own key. kNotFound before the first.
[[nodiscard]] Result<std::string> LatestCheckpoint(const std::string& directory,
                                                   Disk& disk = RealDisk());
// The key that the ledger says is its own.
[[nodiscard]] Result<VerifierKey> ReadKey(const std::string& directory, Disk& disk = RealDisk());

}  // namespace brig::ledger
