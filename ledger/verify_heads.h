// SPDX-License-Identifier: Apache-2.0
// The tree heads that a ledger is held against while its entries go by: every stored checkpoint,
// with its signature and order checked, and the heads that somebody kept elsewhere. Part of
// verify.h; not thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/checkpoint.h"
#include "ledger/checkpoint_store.h"
#include "ledger/tree.h"
#include "ledger/verify.h"

namespace brig::ledger {

class Heads {
 public:
  // Checkpoints of fewer than `from` entries are only held against the chain.
  [[nodiscard]] static Result<Heads> Open(Disk& disk, const std::string& directory,
                                          const VerifierKey& key,
                                          std::vector<CheckpointBody> expected, bool writer,
                                          std::uint64_t from);
  // True when there is a head of this size to compare with.
  [[nodiscard]] bool Wants(std::uint64_t size) const;
  // Compares the tree with every head of its size. `file` and `offset`: where the entries so far
  // end.
  [[nodiscard]] std::vector<Fault> Check(const Tree& tree, const std::string& file,
                                         std::uint64_t offset);
  // What is wrong with the checkpoint files, and the heads beyond the end of the entries.
  [[nodiscard]] Result<std::vector<Fault>> Finish(std::uint64_t entries, bool tree_good);

  [[nodiscard]] std::uint64_t sealed() const { return sealed_; }
  [[nodiscard]] std::uint64_t checkpoints() const { return checkpoints_; }
  // The extension lines of the checkpoint of sealed().
  [[nodiscard]] const std::vector<std::string>& says() const { return says_; }
  [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }

 private:
  explicit Heads(CheckpointReader reader) : reader_(std::move(reader)) {}
  void Load();
  void CheckLatest();
  void AddFault(std::string_view file, std::uint64_t offset, std::uint64_t index, std::string what);

  CheckpointReader reader_;
  VerifierKey key_;
  std::optional<std::string> latest_;     // what `checkpoint` holds
  std::uint64_t latest_seen_ = 0;         // the number of the record equal to it, 0: none yet
  std::optional<CheckpointBody> next_;    // the checkpoint that comes next
  std::vector<CheckpointBody> expected_;  // kept elsewhere, descending: the next is the last
  bool writer_ = false;
  std::uint64_t from_ = 0;
  bool checkpoints_end_ = false;
  std::uint64_t checkpoints_ = 0;  // records read
  std::optional<std::uint64_t> size_before_;
  std::uint64_t sealed_ = 0;
  std::vector<std::string> says_;
  std::vector<Fault> faults_;
  std::vector<std::string> remarks_;
};

}  // namespace brig::ledger
