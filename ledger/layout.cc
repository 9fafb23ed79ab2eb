// SPDX-License-Identifier: Apache-2.0
#include "ledger/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.h"

namespace brig::ledger {
namespace {

constexpr std::string_view kSegmentPrefix = "segment-";
constexpr std::size_t kIndexDigits = 20;
constexpr std::string_view kReserveMagic = "brigrsv1";

// magic, size: the rest of a reserve is zero.
Bytes ReserveHeader(std::uint64_t bytes) {
  ByteWriter header;
  header.Raw(AsBytes(kReserveMagic));
  header.Fixed(bytes);
  return header.Take();
}

// Makes `name` out of what `fill` writes into a fresh file.
template <class Fill>
Result<> Make(Disk& disk, const std::string& directory, std::string_view name, Fill fill) {
  const std::string unfinished = Join(directory, std::string(name) + std::string(kUnfinished));
  const auto make = [&]() -> Result<> {
    BRIG_ASSIGN(const auto file, disk.Open(unfinished, OpenMode::kCreate));
    BRIG_TRY(fill(*file));
    BRIG_TRY(file->Sync());
    auto named = disk.Rename(unfinished, Join(directory, name));
    if (named) named = disk.SyncDirectory(directory);
    // The new name may or may not be there, and last: unlike "disk full", no state to go on from.
    if (!named) named.error().code = ErrorCode::kInternal;
    return named;
  };
  auto made = make();
  // A full disk leaves a half-made file that itself takes space. What other failures leave, or this
  // removal if it fails, the next start removes.
  if (!made && made.error().code == ErrorCode::kLimit) {
    if (const auto removed = disk.Remove(unfinished); !removed)
      LogWarn("ledger: {}", removed.error().message);
  }
  return made;
}

}  // namespace

std::string SegmentName(std::uint64_t first_index) {
  return fmt::format("{}{:020}", kSegmentPrefix, first_index);
}

std::optional<std::uint64_t> ParseSegmentName(std::string_view name) {
  if (!name.starts_with(kSegmentPrefix)) return std::nullopt;
  name.remove_prefix(kSegmentPrefix.size());
  std::uint64_t index = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (name.size() != kIndexDigits || failure != std::errc{} || end != name.data() + name.size())
    return std::nullopt;
  return index;
}

std::string Join(const std::string& directory, std::string_view name) {
  return fmt::format("{}/{}", directory, name);
}

Result<std::vector<std::uint64_t>> ListSegments(Disk& disk, const std::string& directory) {
  BRIG_ASSIGN(const auto names, disk.List(directory));
  std::vector<std::uint64_t> segments;
  for (const std::string& name : names) {
    if (const auto index = ParseSegmentName(name)) segments.push_back(*index);
  }
  std::ranges::sort(segments);
  return segments;
}

Result<std::string> ReadSmall(Disk& disk, const std::string& path, std::size_t max_bytes) {
  BRIG_ASSIGN(const auto file, disk.Open(path, OpenMode::kRead));
  BRIG_ASSIGN(const std::uint64_t expected, file->Size());
  // One more than there should be, so that what is longer, or grows meanwhile, is seen.
  for (auto room = static_cast<std::size_t>(std::min<std::uint64_t>(expected, max_bytes)) + 1;;
       room = max_bytes + 1) {
    std::string content(room, '\0');
    BRIG_ASSIGN(const std::size_t size,
                file->Read(0, std::as_writable_bytes(std::span(content.data(), content.size()))));
    if (size < room) {
      content.resize(size);
      return content;
    }
    if (room > max_bytes)
      return Fail(ErrorCode::kLimit, fmt::format("{}: more than {} bytes", path, max_bytes));
  }
}

Result<> ReplaceSmall(Disk& disk, const std::string& directory, std::string_view name,
                      std::string_view content) {
  return Make(disk, directory, name,
              [&](DiskFile& file) { return file.Write(0, AsBytes(content)); });
}

Result<> RemoveUnfinished(Disk& disk, const std::string& path) {
  auto removed = disk.Remove(path + std::string(kUnfinished));
  if (!removed && removed.error().code == ErrorCode::kNotFound) return {};
  return removed;
}

Result<> CreateSegment(Disk& disk, const std::string& directory, const SegmentHeader& header) {
  return Make(disk, directory, SegmentName(header.first_index), [&](DiskFile& file) -> Result<> {
    BRIG_TRY(file.Allocate(header.capacity));
    return file.Write(0, EncodeHeader(header));
  });
}

Result<> CreateSegmentFromReserve(Disk& disk, const std::string& directory, SegmentHeader header) {
  const std::string reserve = Join(directory, kReserveFile);
  BRIG_ASSIGN(header.capacity, CheckReserve(disk, directory, false));
  header.from_reserve = true;
  const Bytes encoded = EncodeHeader(header);
  if (encoded.size() > header.capacity)
    return Fail(ErrorCode::kLimit, "the reserve is smaller than a segment's header");
  BRIG_ASSIGN(const auto file, disk.Open(reserve, OpenMode::kWrite));
  BRIG_TRY(file->Write(0, encoded));
  BRIG_TRY(file->Sync());
  BRIG_TRY(disk.Rename(reserve, Join(directory, SegmentName(header.first_index))));
  return disk.SyncDirectory(directory);
}

Result<> CreateReserve(Disk& disk, const std::string& directory, std::uint64_t bytes) {
  return Make(disk, directory, kReserveFile, [&](DiskFile& file) -> Result<> {
    BRIG_TRY(file.Allocate(bytes));
    return file.Write(0, ReserveHeader(bytes));
  });
}

Result<std::uint64_t> CheckReserve(Disk& disk, const std::string& directory, bool every_byte) {
  BRIG_ASSIGN(const auto file, disk.Open(Join(directory, kReserveFile), OpenMode::kRead));
  BRIG_ASSIGN(const std::uint64_t size, file->Size());
  Bytes header(kReserveMagic.size() + sizeof size);
  BRIG_ASSIGN(const std::size_t got, file->Read(0, header));
  if (got != header.size() || header != ReserveHeader(size))
    return Fail(ErrorCode::kCorrupt, fmt::format("{}, offset 0: not as it was made", kReserveFile));
  if (every_byte) {
    BRIG_ASSIGN(const auto nonzero, FirstNonZero(*file, header.size(), size));
    if (nonzero)
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("{}, offset {}: a byte is not zero", kReserveFile, *nonzero));
  }
  return size;
}

}  // namespace brig::ledger
