// SPDX-License-Identifier: Apache-2.0
#include "ledger/tile_writer.h"

#include <fmt/format.h>

#include "ledger/layout.h"
#include "ledger/tile.h"

namespace brig::ledger {

Result<TileWriter> TileWriter::Open(const std::string& directory, const VerifierKey& key,
                                    Disk& disk) {
  TileWriter writer(directory, key, disk);
  writer.levels_.resize(kTileLevels);
  BRIG_TRY(RemoveUnfinished(disk, Join(directory, kCheckpointFile)));
  const auto note = ReadSmall(disk, Join(directory, kCheckpointFile), kMaxNoteBytes);
  if (!note && note.error().code == ErrorCode::kNotFound) return writer;
  if (!note) return std::unexpected(note.error());
  BRIG_ASSIGN(const CheckpointBody head, OpenCheckpoint(key, *note));
  if (auto gone_on = writer.GoOn(head.size, head.root); !gone_on)
    return Within(fmt::format("go on with the tiles in {}", directory), gone_on.error());
  return writer;
}

// The tiles on the right edge hold everything that the rest of the tree is made of.
Result<> TileWriter::GoOn(std::uint64_t size, const Digest& root) {
  std::vector<Digest> peaks;
  for (unsigned level = kTileLevels; level-- > 0;) {
    const std::uint64_t index = HashesAt(level, size) / kTileWidth;
    const std::uint64_t width = WidthOf(level, index, size);
    if (width == 0) continue;
    const std::string path = Join(directory_, TileName(level, index, width));
    BRIG_ASSIGN(const std::string bytes, ReadSmall(*disk_, path, kTileWidth * sizeof(Digest)));
    BRIG_ASSIGN(levels_[level], DecodeTile(AsBytes(bytes), width));
    Tree part;
    for (const Digest& hash : levels_[level]) part.Append(hash);
    peaks.insert(peaks.end(), part.peaks().begin(), part.peaks().end());
    if (level != 0) continue;
    BRIG_ASSIGN(const std::string bundle,
                ReadSmall(*disk_, Join(directory_, BundleName(index, width)), kMaxBundleBytes));
    BRIG_ASSIGN(const auto entries, DecodeBundle(AsBytes(bundle), width));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (LeafHash(entries[i]) != levels_[0][i])
        return Fail(ErrorCode::kCorrupt,
                    fmt::format("entry {} is not that of its tile", index * kTileWidth + i));
    }
    bundle_.assign(AsBytes(bundle).begin(), AsBytes(bundle).end());
  }
  BRIG_ASSIGN(tree_, Tree::FromPeaks(size, std::move(peaks)));
  if (tree_.Root() != root)
    return Fail(ErrorCode::kCorrupt, "the tiles are not those of their checkpoint");
  return {};
}

Result<> TileWriter::Add(ByteView entry) {
  if (entry.size() > 65535)
    return Fail(ErrorCode::kLimit, fmt::format("an entry of {} bytes", entry.size()));
  const Digest leaf = LeafHash(entry);
  AppendToBundle(bundle_, entry);
  levels_[0].push_back(leaf);
  tree_.Append(leaf);
  return levels_[0].size() == kTileWidth ? Carry() : Result<>();
}

// Writes what is full, from the lowest level up; each full tile is one hash of the next level.
Result<> TileWriter::Carry() {
  const std::uint64_t size = tree_.size();
  const std::string bundle = BundleName(size / kTileWidth - 1, kTileWidth);
  BRIG_TRY(Write(bundle, bundle_));
  filled_.push_back(bundle);
  bundle_.clear();
  for (unsigned level = 0; levels_[level].size() == kTileWidth; ++level) {
    const std::string name = TileName(level, HashesAt(level, size) / kTileWidth - 1, kTileWidth);
    BRIG_TRY(Write(name, EncodeTile(levels_[level])));
    filled_.push_back(name);
    Tree tile;
    for (const Digest& hash : levels_[level]) tile.Append(hash);
    levels_[level + 1].push_back(tile.Root());
    levels_[level].clear();
  }
  return {};
}

Result<> TileWriter::Publish(const std::string& note) {
  BRIG_ASSIGN(const CheckpointBody head, OpenCheckpoint(key_, note));
  if (head.size != tree_.size() || head.root != tree_.Root())
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the {} entries are not those of the checkpoint of {}", tree_.size(),
                            head.size));
  for (unsigned level = 0; level < kTileLevels; ++level) {
    const std::uint64_t index = HashesAt(level, head.size) / kTileWidth;
    if (levels_[level].empty()) continue;
    const std::uint64_t width = levels_[level].size();
    BRIG_TRY(Write(TileName(level, index, width), EncodeTile(levels_[level])));
    if (level == 0) BRIG_TRY(Write(BundleName(index, width), bundle_));
  }
  BRIG_TRY(disk_->MakeDirectory(directory_));
  BRIG_TRY(disk_->SyncAll(directory_));
  BRIG_TRY(ReplaceSmall(*disk_, directory_, kCheckpointFile, note));
  for (const std::string& name : filled_) BRIG_TRY(RemovePartials(name));
  filled_.clear();
  return {};
}

Result<> TileWriter::Write(const std::string& name, ByteView bytes) {
  const std::string path = Join(directory_, name);
  const std::string parent = path.substr(0, path.rfind('/'));
  if (parent != made_) BRIG_TRY(disk_->MakeDirectory(parent));
  made_ = parent;
  BRIG_TRY(RemoveUnfinished(*disk_, path));
  const std::string unfinished = path + std::string(kUnfinished);
  BRIG_ASSIGN(const auto file, disk_->Open(unfinished, OpenMode::kCreate));
  BRIG_TRY(file->Write(0, bytes));
  return disk_->Rename(unfinished, path);
}

Result<> TileWriter::RemovePartials(const std::string& full_name) {
  const std::string directory = Join(directory_, full_name + ".p");
  const auto names = disk_->List(directory);
  if (!names && names.error().code == ErrorCode::kNotFound) return {};
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) BRIG_TRY(disk_->Remove(Join(directory, name)));
  if (names->empty()) return {};
  return disk_->RemoveDirectory(directory);
}

}  // namespace brig::ledger
