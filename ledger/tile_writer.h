// SPDX-License-Identifier: Apache-2.0
// Derives tiles (ledger/tile.h) from entries that a checkpoint covers, going on where the directory
// ends. Files are written whole under another name and renamed; everything is on stable storage
// before the checkpoint that needs it stands there. Not thread safe; one writer a directory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/checkpoint.h"
#include "ledger/disk.h"
#include "ledger/tree.h"

namespace brig::ledger {

class TileWriter {
 public:
  // `directory` may be absent or empty, or hold the tiles of `key`'s log up to some checkpoint.
  // kCorrupt when they are not those of the checkpoint there: remove the directory and begin anew.
  // `disk` must outlive the writer.
  [[nodiscard]] static Result<TileWriter> Open(const std::string& directory, const VerifierKey& key,
                                               Disk& disk = RealDisk());
  // The next entry to add.
  [[nodiscard]] std::uint64_t size() const { return tree_.size(); }
  // kLimit: over 65,535 bytes.
  [[nodiscard]] Result<> Add(ByteView entry);
  // Publishes what was added, under a checkpoint of just that; kCorrupt when it is another. Partial
  // tiles of earlier checkpoints are removed once the full tile is there.
  [[nodiscard]] Result<> Publish(const std::string& note);

 private:
  TileWriter(std::string directory, VerifierKey key, Disk& disk)
      : directory_(std::move(directory)), key_(std::move(key)), disk_(&disk) {}
  [[nodiscard]] Result<> GoOn(std::uint64_t size, const Digest& root);
  [[nodiscard]] Result<> Carry();
  [[nodiscard]] Result<> Write(const std::string& name, ByteView bytes);
  [[nodiscard]] Result<> RemovePartials(const std::string& full_name);

  std::string directory_;
  VerifierKey key_;
  Disk* disk_;
  Tree tree_;
  std::vector<std::vector<Digest>> levels_;  // of each, the hashes of the tile that is not full
  Bytes bundle_;                             // of the entries in levels_[0]
  std::vector<std::string> filled_;          // tiles that became full since the last Publish
  std::string made_;                         // the directory made last
};

}  // namespace brig::ledger
