// SPDX-License-Identifier: Apache-2.0
// Checks a whole ledger: every byte of every file, the tree against every stored checkpoint, every
// signature, and that each checkpoint continues the one before. Needs read permission only; a
// writer may be at work meanwhile. Finds every altered, missing or reordered byte below the last
// checkpoint's size. What it cannot find alone: a ledger rolled back as a whole to an older
// checkpoint (compare with a copy of a checkpoint kept elsewhere: `expected`), or one made anew
// with another key (give `key`).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ledger/checkpoint.h"
#include "ledger/disk.h"
#include "ledger/note.h"

namespace brig::ledger {

struct Progress {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_total = 0;
  double seconds = 0;
};

struct VerifyOptions {
  std::optional<VerifierKey> key;        // default: the one in the ledger, key.pub
  std::vector<CheckpointBody> expected;  // heads kept elsewhere that the ledger must contain
  // A head that is trusted already: only the segment that it ends in and those behind are read. It
  // must be one that was verified before, and kept where nobody could change it.
  std::optional<CheckpointBody> since;
  std::function<void(const Progress&)> progress;  // called now and then
};

// Something that is not as it was written.
struct Fault {
  std::string file;          // its name within the ledger
  std::uint64_t offset = 0;  // in that file
  std::uint64_t index = 0;   // of the entry concerned, or the first that may be
  std::string what;
};

struct VerifyReport {
  VerifierKey key;
  bool key_from_ledger = false;  // nobody vouched for the key: compare its id with a copy
  std::uint64_t entries = 0;
  std::uint64_t sealed = 0;  // covered by the last good checkpoint
  std::uint64_t checkpoints = 0;
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
  Digest root{};                     // of all entries
  std::vector<std::string> says;     // the extension lines of the last good checkpoint
  std::vector<Fault> faults;         // at most kMaxFaults
  std::vector<std::string> remarks;  // true, worth knowing, no fault: "12 entries not yet sealed"
  [[nodiscard]] bool intact() const { return faults.empty(); }
};

constexpr std::size_t kMaxFaults = 100;

// An Error means that it could not be told (no such directory, no permission); damage is in the
// report.
[[nodiscard]] Result<VerifyReport> Verify(const std::string& directory,
                                          const VerifyOptions& options = {},
                                          Disk& disk = RealDisk());

}  // namespace brig::ledger
