// SPDX-License-Identifier: Apache-2.0
// The check of a whole tiled log: the entries go by once, and what they hash to is compared with
// every tile.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ledger/layout.h"
#include "ledger/tile.h"
#include "ledger/tile_log.h"

namespace brig::ledger {

using Steady = std::chrono::steady_clock;

class TileLog::Checker {
 public:
  Checker(TileLog& log, const std::function<void(const Progress&)>& progress)
      : log_(log), progress_(progress), levels_(kTileLevels) {}

  Result<VerifyReport> Run() {
    report_.key = log_.key_;
    report_.checkpoints = 1;
    const std::uint64_t size = log_.head_.size;
    for (std::uint64_t bundle = 0; bundle * kTileWidth < size; ++bundle) {
      BRIG_TRY(CheckBundle(bundle));
      TellProgress(std::min(size, (bundle + 1) * kTileWidth));
    }
    for (unsigned level = 0; level < kTileLevels; ++level)
      if (!levels_[level].empty()) BRIG_TRY(CheckTile(level));
    report_.entries = tree_.size();
    report_.root = tree_.Root();
    report_.seconds = Seconds();
    // With a fault before, the root of what was read says nothing new.
    const bool same = tree_.size() == size && tree_.Root() == log_.head_.root;
    if (same) report_.sealed = size;
    if (!same && report_.intact())
      AddFault(std::string(kCheckpointFile), 0, 0,
               fmt::format("the {} entries are not those of the checkpoint", tree_.size()));
    if (same && !report_.intact())
      report_.remarks.emplace_back("the entries are those of the checkpoint: only tiles are wrong");
    return std::move(report_);
  }

 private:
  void AddFault(std::string file, std::uint64_t offset, std::uint64_t index, std::string what) {
    if (report_.faults.size() < kMaxFaults)
      report_.faults.push_back({std::move(file), offset, index, std::move(what)});
  }
  [[nodiscard]] double Seconds() const {
    return std::chrono::duration<double>(Steady::now() - begin_).count();
  }

  // What is wrong with the files, as opposed to what keeps us from reading them.
  static bool IsFault(const Error& error) {
    return error.code == ErrorCode::kNotFound || error.code == ErrorCode::kCorrupt ||
           error.code == ErrorCode::kLimit;
  }

  Result<> CheckBundle(std::uint64_t bundle) {
    const std::uint64_t first = bundle * kTileWidth;
    const std::uint64_t width = WidthOf(0, bundle, log_.head_.size);
    const std::string name = BundleName(bundle, width);
    const auto bytes = log_.ReadBundle(bundle);
    ++report_.segments;
    if (!bytes) {
      if (!IsFault(bytes.error())) return std::unexpected(bytes.error());
      AddFault(name, 0, first, bytes.error().message);
      return TakeLeaves(bundle);
    }
    report_.bytes += bytes->size();
    BRIG_ASSIGN(const auto entries, DecodeBundle(AsBytes(*bytes), width));
    BRIG_ASSIGN(const auto hashes, TileOrFault(0, bundle));
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Digest leaf = LeafHash(entries[i]);
      if (!hashes.empty() && hashes[i] != leaf)
        AddFault(name, offset, first + i, "the entry is not the one of its tile");
      offset += 2 + entries[i].size();
      BRIG_TRY(Add(leaf));
    }
    return {};
  }

  // Where the entries are gone the tile still says what they hash to: the rest is checked on.
  Result<> TakeLeaves(std::uint64_t bundle) {
    BRIG_ASSIGN(const auto hashes, TileOrFault(0, bundle));
    for (const Digest& leaf : hashes) BRIG_TRY(Add(leaf));
    return {};
  }

  // The tile as it stands there; empty, and a fault, when there is none to compare with.
  Result<std::vector<Digest>> TileOrFault(unsigned level, std::uint64_t index) {
    auto hashes = log_.ReadTile(level, index);
    if (hashes) return hashes;
    if (!IsFault(hashes.error())) return hashes;
    AddFault(TileName(level, index, WidthOf(level, index, log_.head_.size)), 0,
             index << (kTileHeight * (level + 1)), hashes.error().message);
    return std::vector<Digest>{};
  }

  Result<> Add(const Digest& leaf) {
    tree_.Append(leaf);
    levels_[0].push_back(leaf);
    for (unsigned level = 0; levels_[level].size() == kTileWidth; ++level) {
      BRIG_TRY(CheckTile(level));
      Tree tile;
      for (const Digest& hash : levels_[level]) tile.Append(hash);
      levels_[level + 1].push_back(tile.Root());
      levels_[level].clear();
    }
    return {};
  }

  // What the entries hash to, against the tile. Level 0 has been compared, entry by entry.
  Result<> CheckTile(unsigned level) {
    if (level == 0) return {};
    const std::uint64_t hashes_so_far = HashesAt(level, tree_.size());
    const std::uint64_t index = (hashes_so_far - 1) / kTileWidth;
    BRIG_ASSIGN(const auto hashes, TileOrFault(level, index));
    if (hashes.empty()) return {};
    const auto [ours, theirs] = std::ranges::mismatch(levels_[level], hashes);
    if (ours == levels_[level].end()) return {};
    const auto place = static_cast<std::uint64_t>(ours - levels_[level].begin());
    AddFault(TileName(level, index, WidthOf(level, index, log_.head_.size)), place * sizeof(Digest),
             (index * kTileWidth + place) << (kTileHeight * level),
             "the hash is not that of the tile below");
    return {};
  }

  void TellProgress(std::uint64_t entries) {
    if (!progress_ || entries < told_ + 65536) return;
    told_ = entries;
    // The sizes of bundles are not known beforehand: as if all were like those before.
    const double share = static_cast<double>(entries) / static_cast<double>(log_.head_.size);
    const auto total = static_cast<std::uint64_t>(static_cast<double>(report_.bytes) / share);
    progress_({entries, report_.bytes, total, Seconds()});
  }

  TileLog& log_;
  const std::function<void(const Progress&)>& progress_;
  std::vector<std::vector<Digest>> levels_;
  Tree tree_;
  std::uint64_t told_ = 0;
  Steady::time_point begin_ = Steady::now();
  VerifyReport report_;
};

Result<VerifyReport> TileLog::Verify(const std::function<void(const Progress&)>& progress) {
  auto report = Checker(*this, progress).Run();
  if (!report) return Within(fmt::format("verify the tiles {}", directory_), report.error());
  return report;
}

}  // namespace brig::ledger
