// SPDX-License-Identifier: Apache-2.0
// What the files of a ledger are called, and how they come into being: whole, under a temporary
// name, synced, then renamed. Format: docs/ledger-format.md. Thread safe (no state).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ledger/disk.h"
#include "ledger/segment.h"

namespace brig::ledger {

inline constexpr std::string_view kKeyFile = "key.pub";
inline constexpr std::string_view kCheckpointFile = "checkpoint";
inline constexpr std::string_view kCheckpointsFile = "checkpoints";
inline constexpr std::string_view kReserveFile = "reserve";
// A file with this ending is half made: its maker was stopped. It holds no entry.
inline constexpr std::string_view kUnfinished = ".new";

// "segment-00000000000000000042": the index of its first entry.
std::string SegmentName(std::uint64_t first_index);
[[nodiscard]] std::optional<std::uint64_t> ParseSegmentName(std::string_view name);
std::string Join(const std::string& directory, std::string_view name);

// The first indices of the segments in a directory, ascending.
[[nodiscard]] Result<std::vector<std::uint64_t>> ListSegments(Disk& disk,
                                                              const std::string& directory);

// A whole small file; kNotFound when it is absent, kLimit when it is larger than `max_bytes`.
[[nodiscard]] Result<std::string> ReadSmall(Disk& disk, const std::string& path,
                                            std::size_t max_bytes);
// After a crash the old or the new content is there, whole.
[[nodiscard]] Result<> ReplaceSmall(Disk& disk, const std::string& directory, std::string_view name,
                                    std::string_view content);

// Removes what a stop in the middle of making `path` has left, if anything.
[[nodiscard]] Result<> RemoveUnfinished(Disk& disk, const std::string& path);

// A new segment, ready for frames. kLimit when the disk is full.
[[nodiscard]] Result<> CreateSegment(Disk& disk, const std::string& directory,
                                     const SegmentHeader& header);
// The same out of the reserve, which is gone then. Needs no free space.
[[nodiscard]] Result<> CreateSegmentFromReserve(Disk& disk, const std::string& directory,
                                                SegmentHeader header);

// `bytes` set aside for critical entries.
[[nodiscard]] Result<> CreateReserve(Disk& disk, const std::string& directory, std::uint64_t bytes);
// The size of the reserve; kCorrupt, with the offset, when any byte is not as made; kNotFound
// without one.
[[nodiscard]] Result<std::uint64_t> CheckReserve(Disk& disk, const std::string& directory,
                                                 bool every_byte);

}  // namespace brig::ledger
