// SPDX-License-Identifier: Apache-2.0
// Reads a log in C2SP tiles (ledger/tile.h), whoever made it: entries, proofs, and the check of all
// of it. Nothing that is read is believed: a proof is checked against the signed root before it is
// handed out. Memory is bounded. Not thread safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/disk.h"
#include "ledger/proof.h"
#include "ledger/tree.h"
#include "ledger/verify.h"

namespace brig::ledger {

class TileLog {
 public:
  // Takes the checkpoint that stands there now. kNotFound without one, kDenied when `key` did not
  // sign it. `disk` must outlive the log.
  [[nodiscard]] static Result<TileLog> Open(const std::string& directory, const VerifierKey& key,
                                            Disk& disk = RealDisk());
  [[nodiscard]] const CheckpointBody& head() const { return head_; }

  // As ProveEntry and ProveExtension of ledger/prove.h; the head is the checkpoint's.
  [[nodiscard]] Result<TlogProof> ProveEntry(std::uint64_t index);
  [[nodiscard]] Result<Extension> ProveExtension(std::uint64_t old_size);

  // Compares every entry with its tile, every tile with the ones below it, and the root with the
  // checkpoint's. An Error means that it could not be told.
  [[nodiscard]] Result<VerifyReport> Verify(
      const std::function<void(const Progress&)>& progress = {});

 private:
  class Checker;
  TileLog(std::string directory, VerifierKey key, Disk& disk)
      : directory_(std::move(directory)), key_(std::move(key)), disk_(&disk) {}
  // A part of a proof: its begin is a multiple of the power of two at or above its length.
  [[nodiscard]] Result<Digest> RootOf(const Range& range);
  [[nodiscard]] Result<std::vector<Digest>> RootsOf(const std::vector<Range>& ranges);
  [[nodiscard]] Result<std::vector<Digest>> ReadTile(unsigned level, std::uint64_t index);
  // Just the entries that the head covers, and nothing behind them.
  [[nodiscard]] Result<std::string> ReadBundle(std::uint64_t index);
  // The partial file of this head or, where the log has grown since, the full one, cut to what
  // stood there: `grown`.
  struct File {
    std::string bytes;
    bool grown = false;
  };
  [[nodiscard]] Result<File> ReadWidth(const std::string& full, const std::string& partial,
                                       std::size_t max_bytes);

  std::string directory_;
  VerifierKey key_;
  Disk* disk_;
  std::string note_;
  CheckpointBody head_;
  std::map<std::pair<unsigned, std::uint64_t>, std::vector<Digest>> tiles_;  // read lately
};

}  // namespace brig::ledger
