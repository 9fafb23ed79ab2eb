// SPDX-License-Identifier: Apache-2.0
// The one who appends. Entries are opaque bytes; each gets the next index and never changes again.
//
//   Append ... Append, Sync                        now acknowledged: safe from a power cut
//   PrepareCheckpoint, sign, StoreCheckpoint       entries below the head's size are sealed
//
// One writer per directory at a time, across processes (directory lock). After a failed write or
// sync the state on disk is unknown: the writer stops for good (kUnavailable from every call), and
// a new Open finds out what is there. Not thread safe. Format: docs/ledger-format.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "ledger/checkpoint.h"
#include "ledger/disk.h"
#include "ledger/note.h"

namespace brig::ledger {

constexpr std::size_t kMaxEntryBytes = 65535;

// Telemetry is refused (kLimit) once the disk is full; critical entries then go to space set aside
// before.
enum class Priority { kTelemetry, kCritical };

struct WriterOptions {
  VerifierKey key;  // whose checkpoints seal this ledger; its name is the origin
  std::uint64_t segment_bytes = 64ULL << 20;  // the size of each segment file, and of the reserve
  std::size_t buffer_bytes = 1 << 20;  // handed to the kernel at the latest when this much waits
};

// What Open found and did.
struct Recovered {
  bool created = false;          // there was no ledger
  bool clean = true;             // the last run ended with Close
  std::uint64_t entries = 0;     // kept
  std::uint64_t sealed = 0;      // of these, covered by the last checkpoint
  std::uint64_t torn_bytes = 0;  // of writes that were never acknowledged: dropped
  std::string torn_file;         // where they were
};

// Gives the note for a body; usually asks the process that holds the key.
using Signer = std::function<Result<std::string>(const CheckpointBody&)>;

class Writer {
 public:
  // Opens or creates the ledger. kUnavailable: another process has it (named by pid), or the disk
  // cannot write now; kDenied:
  // read-only, or sealed by another key; kCorrupt: something acknowledged or sealed is damaged
  // (file, offset and index named), nothing has been changed: see SetAside. `disk` must outlive the
  // writer.
  [[nodiscard]] static Result<std::unique_ptr<Writer>> Open(const std::string& directory,
                                                            const WriterOptions& options,
                                                            Disk& disk = RealDisk());
  // All of them or, on error, none. Gives the index of the first. kLimit: an entry is over
  // kMaxEntryBytes, the batch is larger than a segment, or the disk is full for this priority: the
  // writer goes on, and has room for telemetry again at the first Sync after space came back.
  [[nodiscard]] Result<std::uint64_t> Append(std::span<const ByteView> entries,
                                             Priority priority = Priority::kTelemetry);
  // One group commit: everything appended so far becomes durable. Gives the durable size: entries
  // with a smaller index are acknowledged.
  [[nodiscard]] Result<std::uint64_t> Sync();

  // Syncs and gives the head to be signed. More may be appended before its note comes.
  [[nodiscard]] Result<CheckpointBody> PrepareCheckpoint();
  // Stores the note of the head prepared last, after checking that it is just that and signed by
  // the key. kLimit when the disk is full: try again later. A head that does not grow is not stored
  // twice.
  [[nodiscard]] Result<> StoreCheckpoint(const std::string& note);
  // Both, with a signer that answers at once.
  [[nodiscard]] Result<CheckpointBody> Checkpoint(const Signer& signer);

  // Syncs and marks a clean end. The destructor does not: what was not synced then counts as lost.
  [[nodiscard]] Result<> Close();

  [[nodiscard]] const Recovered& recovered() const;
  [[nodiscard]] std::uint64_t size() const;          // appended
  [[nodiscard]] std::uint64_t durable_size() const;  // acknowledged
  [[nodiscard]] std::uint64_t sealed_size() const;   // checkpointed
  [[nodiscard]] bool disk_full() const;              // telemetry is being refused

  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

 private:
  class Impl;
  explicit Writer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Renames a damaged ledger to `<directory>.damaged-<n>`, untouched, so that a new one can begin;
// gives the new name, which belongs into the new ledger's first entry. kUnavailable while a writer
// has it.
[[nodiscard]] Result<std::string> SetAside(const std::string& directory, Disk& disk = RealDisk());

}  // namespace brig::ledger
