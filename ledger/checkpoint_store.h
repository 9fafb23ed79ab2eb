// SPDX-License-Identifier: Apache-2.0
// The two files that hold checkpoints: `checkpoints` has every note ever stored, only ever longer;
// `checkpoint` has the latest, for tools that read C2SP checkpoints, replaced whole.
// Not thread safe.
//
//   checkpoints = *record
//   record      = note "chain " number " " base64(chain) "\n" "\n"      number = 1, 2, ...
//   chain       = SHA-256(chain of the record before, or 32 zero bytes; note)
//
// The chain finds a record lost from the middle; it is not signed (a checkpoint's extension lines
// are no place for it: the C2SP format advises against them).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/checkpoint.h"
#include "ledger/disk.h"

namespace brig::ledger {

constexpr std::size_t kMaxRecordBytes = kMaxNoteBytes + 128;

struct StoredCheckpoint {
  std::string note;
  CheckpointBody body;
  std::uint64_t number = 0;
  Digest chain{};
};

// The one that follows `before` (nullptr: the first).
StoredCheckpoint NextCheckpoint(const StoredCheckpoint* before, std::string note,
                                CheckpointBody body);
std::string FormatRecord(const StoredCheckpoint& stored);

struct ParsedRecord {
  StoredCheckpoint stored;
  std::size_t bytes = 0;
};
// The record at the front of `text`; kNotFound when the text ends before the record does. Checks
// neither signature nor chain.
[[nodiscard]] Result<ParsedRecord> ParseRecord(std::string_view text);

// What a start finds in the two files.
struct CheckpointTail {
  std::optional<StoredCheckpoint> latest;
  std::uint64_t end = 0;         // of the last whole record
  std::uint64_t torn_bytes = 0;  // behind it: a record that a crash cut short
  bool behind = false;           // `checkpoint` is one record behind, or the first is missing there
};
// kCorrupt when a checkpoint that was stored is damaged or gone, kDenied when another key signed
// it.
[[nodiscard]] Result<CheckpointTail> FindLatest(Disk& disk, const std::string& directory,
                                                const VerifierKey& key);

class CheckpointStore {
 public:
  // Removes what is torn and brings `checkpoint` up to date. `disk` must outlive the store.
  [[nodiscard]] static Result<CheckpointStore> Open(Disk& disk, const std::string& directory,
                                                    CheckpointTail tail);
  // Durable on return. kLimit: the disk is full and nothing has changed; after any other error the
  // files' state is unknown.
  [[nodiscard]] Result<> Store(const std::string& note, const CheckpointBody& body);
  [[nodiscard]] const std::optional<StoredCheckpoint>& latest() const { return tail_.latest; }

 private:
  [[nodiscard]] Result<> Append(const std::string& record);

  Disk* disk_ = nullptr;
  std::string directory_;
  CheckpointTail tail_;
  std::unique_ptr<DiskFile> file_;
};

// Goes through `checkpoints` from the front. Checks the chain, not the signatures.
class CheckpointReader {
 public:
  // An absent file is an empty one. Sees what is stored at this moment, not what follows.
  [[nodiscard]] static Result<CheckpointReader> Open(Disk& disk, const std::string& directory);
  // The next, or nothing at the end. kCorrupt: the message has the reason; offset() has the place.
  [[nodiscard]] Result<std::optional<StoredCheckpoint>> Next();
  [[nodiscard]] std::uint64_t offset() const { return offset_; }  // of the next record
  // Bytes behind the last whole record, after Next gave nothing.
  [[nodiscard]] std::size_t rest() const { return buffer_.size(); }

 private:
  std::unique_ptr<DiskFile> file_;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;
  std::string buffer_;  // from offset_ on
  std::optional<StoredCheckpoint> before_;
};

}  // namespace brig::ledger
