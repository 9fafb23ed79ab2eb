// SPDX-License-Identifier: Apache-2.0
#include "ledger/tile_log.h"

#include <fmt/format.h>

#include <bit>

#include "ledger/layout.h"
#include "ledger/tile.h"

namespace brig::ledger {
namespace {

constexpr std::size_t kMaxTilesKept = 64;

template <class Value>
Result<Value> OrCorrupt(const Result<CheckpointBody>& checked, Value proof) {
  if (checked) return proof;
  return Fail(ErrorCode::kCorrupt, fmt::format("the tiles do not prove it: {}: `brig ledger "
                                               "verify --tiles` tells where",
                                               checked.error().message));
}

}  // namespace

Result<TileLog> TileLog::Open(const std::string& directory, const VerifierKey& key, Disk& disk) {
  TileLog log(directory, key, disk);
  BRIG_ASSIGN(log.note_, ReadSmall(disk, Join(directory, kCheckpointFile), kMaxNoteBytes));
  BRIG_ASSIGN(log.head_, OpenCheckpoint(key, log.note_));
  return log;
}

Result<TileLog::File> TileLog::ReadWidth(const std::string& full, const std::string& partial,
                                         std::size_t max_bytes) {
  auto bytes = ReadSmall(*disk_, Join(directory_, partial), max_bytes);
  const bool grown = !bytes && bytes.error().code == ErrorCode::kNotFound && partial != full;
  if (grown) bytes = ReadSmall(*disk_, Join(directory_, full), max_bytes);
  if (!bytes) return std::unexpected(std::move(bytes).error());
  return File{*std::move(bytes), grown};
}

Result<std::vector<Digest>> TileLog::ReadTile(unsigned level, std::uint64_t index) {
  const auto known = tiles_.find({level, index});
  if (known != tiles_.end()) return known->second;
  const std::uint64_t width = WidthOf(level, index, head_.size);
  const std::string name = TileName(level, index, width);
  BRIG_ASSIGN(const File file,
              ReadWidth(TileName(level, index, kTileWidth), name, kTileWidth * sizeof(Digest)));
  auto hashes = DecodeTile(AsBytes(file.bytes), file.grown ? kTileWidth : width);
  if (!hashes) return Within(name, std::move(hashes).error());
  hashes->resize(static_cast<std::size_t>(width));
  if (tiles_.size() >= kMaxTilesKept) tiles_.clear();
  tiles_[{level, index}] = *hashes;
  return hashes;
}

Result<std::string> TileLog::ReadBundle(std::uint64_t index) {
  const std::uint64_t width = WidthOf(0, index, head_.size);
  const std::string name = BundleName(index, width);
  BRIG_ASSIGN(File file, ReadWidth(BundleName(index, kTileWidth), name, kMaxBundleBytes));
  auto entries = DecodeBundle(AsBytes(file.bytes), file.grown ? kTileWidth : width);
  if (!entries) return Within(name, std::move(entries).error());
  std::size_t end = 0;
  for (std::uint64_t i = 0; i < width; ++i) end += 2 + (*entries)[i].size();
  file.bytes.resize(end);
  return std::move(file.bytes);
}

Result<Digest> TileLog::RootOf(const Range& range) {
  const std::uint64_t leaves = range.end - range.begin;
  if (!std::has_single_bit(leaves)) {
    const std::uint64_t middle = range.begin + std::bit_floor(leaves);
    BRIG_ASSIGN(const Digest left, RootOf({range.begin, middle}));
    BRIG_ASSIGN(const Digest right, RootOf({middle, range.end}));
    return NodeHash(left, right);
  }
  // A full subtree: one hash of a tile, or a power of two of neighbours in it.
  const auto height = static_cast<unsigned>(std::countr_zero(leaves));
  const unsigned level = height / kTileHeight;
  const std::uint64_t first = range.begin >> (level * kTileHeight);
  const std::uint64_t count = 1ULL << (height % kTileHeight);
  BRIG_ASSIGN(const auto hashes, ReadTile(level, first / kTileWidth));
  Tree tree;
  for (std::uint64_t i = 0; i < count; ++i) tree.Append(hashes.at((first + i) % kTileWidth));
  return tree.Root();
}

Result<std::vector<Digest>> TileLog::RootsOf(const std::vector<Range>& ranges) {
  std::vector<Digest> roots;
  for (const Range& range : ranges) {
    BRIG_ASSIGN(const Digest root, RootOf(range));
    roots.push_back(root);
  }
  return roots;
}

Result<TlogProof> TileLog::ProveEntry(std::uint64_t index) {
  if (index >= head_.size)
    return Fail(
        ErrorCode::kNotFound,
        fmt::format("no entry {} in the tiles: their checkpoint covers {}", index, head_.size));
  BRIG_ASSIGN(const auto ranges, InclusionRanges(index, head_.size));
  TlogProof proof{{}, index, {}, note_};
  BRIG_ASSIGN(proof.hashes, RootsOf(ranges));
  BRIG_ASSIGN(const std::string bundle, ReadBundle(index / kTileWidth));
  const std::uint64_t place = index % kTileWidth;
  BRIG_ASSIGN(const auto entries,
              DecodeBundle(AsBytes(bundle), WidthOf(0, index / kTileWidth, head_.size)));
  proof.extra.assign(entries[place].begin(), entries[place].end());
  const auto checked = CheckEntry(proof, proof.extra, key_);
  return OrCorrupt(checked, std::move(proof));
}

Result<Extension> TileLog::ProveExtension(std::uint64_t old_size) {
  BRIG_ASSIGN(const auto ranges, ConsistencyRanges(old_size, head_.size));
  Extension extension{old_size, {}, note_};
  BRIG_ASSIGN(extension.hashes, RootsOf(ranges));
  CheckpointBody old{head_.origin, old_size, EmptyRoot(), {}};
  if (old_size > 0) {
    BRIG_ASSIGN(old.root, RootOf({0, old_size}));
  }
  const auto checked = CheckExtension(extension, old, key_);
  return OrCorrupt(checked, std::move(extension));
}

}  // namespace brig::ledger
