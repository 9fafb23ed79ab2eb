// SPDX-License-Identifier: Apache-2.0
// What a writer does before its first append: find out what the last run left, tell a torn tail
// from damage, and mend the former. Not thread safe; needs the directory lock.
//
// The rule. Everything in front of a mark, of an end of segment, or of a checkpoint's size was
// synced before that was written: there, a bad frame is damage to acknowledged data and nothing is
// touched. Behind the last of them stands at most what was never acknowledged, or acknowledged in
// the instant before the power went: its good frames are kept, as far as they go without a gap, and
// what follows is set to zero. Only segments from the one with the last checkpoint's end on are
// read: Verify reads the others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "ledger/checkpoint_store.h"
#include "ledger/disk.h"
#include "ledger/note.h"
#include "ledger/segment.h"
#include "ledger/tree.h"

namespace brig::ledger {

struct Recovery {
  Tree tree;                   // of all entries kept
  SegmentHeader segment;       // the one to go on in
  std::uint64_t offset = 0;    // where its next frame goes
  std::uint64_t unproven = 0;  // where the last mark begins: it and what follows, up to `offset`,
                               // is kept, but may not be stored yet
  bool unmarked = false;       // there are entries behind the last mark
  std::uint64_t torn_end = 0;  // [offset, torn_end) is not zero and has to be; 0: nothing torn
  bool clean = false;          // the last frame says that the writer ended in order
  // The segment before lacks its end mark, or may: the crash came between making this one and
  // having that stored.
  std::optional<std::uint64_t> unended_segment;
  std::uint64_t unended_offset = 0;
  std::uint64_t unended_salt = 0;
  CheckpointTail checkpoints;
};

// Reads and decides; changes nothing. kNotFound when the directory holds no segment.
[[nodiscard]] Result<Recovery> Examine(Disk& disk, const std::string& directory,
                                       const VerifierKey& key);

// Makes it so. What is kept is written once more, the same bytes, and synced: after a failed sync
// the kernel may show bytes that the disk never got. Names are synced, too.
[[nodiscard]] Result<> Mend(Disk& disk, const std::string& directory, const Recovery& recovery);

}  // namespace brig::ledger
