// SPDX-License-Identifier: Apache-2.0
#include "ledger/tile.h"

#include "ledger/ledger_for_test.h"
#include "ledger/prove.h"
#include "ledger/tile_log.h"
#include "ledger/tile_writer.h"

namespace brig::ledger {
namespace {

const std::string kTiles = "/tiles";

VerifierKey Key() { return {kTestName, TestKey().public_key()}; }

TEST(Tile, NamesAreThoseOfTheFormat) {
  EXPECT_EQ(TileName(0, 0, kTileWidth), "tile/0/000");
  EXPECT_EQ(TileName(3, 999, 1), "tile/3/999.p/1");
  EXPECT_EQ(TileName(0, 1000, 255), "tile/0/x001/000.p/255");
  EXPECT_EQ(TileName(1, 1234067, kTileWidth), "tile/1/x001/x234/067");
  EXPECT_EQ(BundleName(1234067, 12), "tile/entries/x001/x234/067.p/12");
}

// The example of the specification: a tree of 70,000.
TEST(Tile, WidthsAreThoseOfTheFormat) {
  EXPECT_EQ(WidthOf(0, 272, 70'000), kTileWidth);
  EXPECT_EQ(WidthOf(0, 273, 70'000), 112U);
  EXPECT_EQ(WidthOf(0, 274, 70'000), 0U);
  EXPECT_EQ(WidthOf(1, 0, 70'000), kTileWidth);
  EXPECT_EQ(WidthOf(1, 1, 70'000), 17U);
  EXPECT_EQ(WidthOf(2, 0, 70'000), 1U);
  EXPECT_EQ(WidthOf(3, 0, 70'000), 0U);
  EXPECT_EQ(WidthOf(1, 0, 256), 1U);
  EXPECT_EQ(WidthOf(7, 127, ~0ULL >> 1), 0U);
  EXPECT_EQ(WidthOf(0, ~0ULL, 70'000), 0U);
}

TEST(Tile, ABundleHoldsJustItsEntries) {
  Bytes bundle;
  const std::string long_entry(65535, 'x');
  for (const std::string& entry : {std::string(), std::string("a"), long_entry})
    AppendToBundle(bundle, AsBytes(entry));
  const auto entries = DecodeBundle(bundle, 3);
  ASSERT_TRUE(entries) << entries.error().message;
  EXPECT_EQ(AsText((*entries)[2]), long_entry);
  EXPECT_FALSE(DecodeBundle(bundle, 2));
  EXPECT_FALSE(DecodeBundle(bundle, 4));
  EXPECT_FALSE(DecodeBundle(ByteView(bundle).first(bundle.size() - 1), 3));
  EXPECT_FALSE(DecodeBundle(ByteView(bundle).first(4), 2));
  EXPECT_TRUE(DecodeBundle({}, 0));
  EXPECT_FALSE(DecodeTile(Bytes(64), 1));
  EXPECT_FALSE(DecodeTile(Bytes(63), 2));
  EXPECT_EQ(EncodeTile(*DecodeTile(Bytes(64, std::byte{7}), 2)), Bytes(64, std::byte{7}));
}

// Tiles in memory, published at sizes of one's choice.
class Tiles : public ::testing::Test {
 protected:
  // With a writer of its own, as after a new start.
  void GrowTo(std::uint64_t size) {
    auto writer = TileWriter::Open(kTiles, Key(), disk_);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_EQ(writer->size(), tree_.size());
    while (tree_.size() < size) {
      const std::string entry = TestEntry(tree_.size());
      ASSERT_TRUE(writer->Add(AsBytes(entry)));
      tree_.Append(LeafHash(AsBytes(entry)));
    }
    heads_.push_back({kTestName, tree_.size(), tree_.Root(), {}});
    const auto published = writer->Publish(*TestSigner()(heads_.back()));
    ASSERT_TRUE(published) << published.error().message;
  }
  TileLog Open() {
    auto log = TileLog::Open(kTiles, Key(), disk_);
    EXPECT_TRUE(log) << log.error().message;
    return *std::move(log);
  }
  std::set<std::string> Names() {
    std::set<std::string> names;
    for (const auto& [path, node] : disk_.names()) names.insert(path.substr(kTiles.size() + 1));
    return names;
  }
  Bytes& Content(const std::string& name) { return disk_.names().at(PathOf(name))->live; }
  static std::string PathOf(const std::string& name) { return fmt::format("{}/{}", kTiles, name); }
  MemoryDisk disk_;
  Tree tree_;
  std::vector<CheckpointBody> heads_;
};

TEST_F(Tiles, HoldJustTheFilesOfTheFormat) {
  GrowTo(3);
  EXPECT_EQ(Names(),
            (std::set<std::string>{"checkpoint", "tile/0/000.p/3", "tile/entries/000.p/3"}));
  GrowTo(256);
  EXPECT_EQ(Names(), (std::set<std::string>{"checkpoint", "tile/0/000", "tile/1/000.p/1",
                                            "tile/entries/000"}));
  GrowTo(770);
  EXPECT_EQ(Names(), (std::set<std::string>{"checkpoint", "tile/0/000", "tile/0/001", "tile/0/002",
                                            "tile/0/003.p/2", "tile/1/000.p/1", "tile/1/000.p/3",
                                            "tile/entries/000", "tile/entries/001",
                                            "tile/entries/002", "tile/entries/003.p/2"}));
}

TEST_F(Tiles, GoOnFromEverySizeAndProveEveryEntry) {
  for (std::uint64_t size = 1; size <= 700; size += 1 + size % 61) GrowTo(size);
  TileLog log = Open();
  for (std::uint64_t index = 0; index < tree_.size(); ++index) {
    const auto proof = log.ProveEntry(index);
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_EQ(AsText(proof->extra), TestEntry(index));
    ASSERT_TRUE(CheckEntry(*proof, proof->extra, Key()));
  }
  for (const CheckpointBody& old : heads_) {
    const auto extension = log.ProveExtension(old.size);
    ASSERT_TRUE(extension) << extension.error().message;
    EXPECT_TRUE(CheckExtension(*extension, old, Key()));
  }
  EXPECT_FALSE(log.ProveEntry(tree_.size()));
  EXPECT_FALSE(log.ProveExtension(tree_.size() + 1));
  const auto report = log.Verify();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->intact()) << Describe(*report);
  EXPECT_EQ(report->sealed, tree_.size());
}

// Three levels: the tree is larger than 256 tiles of leaves.
TEST_F(Tiles, ReachTheThirdLevel) {
  GrowTo(65'536 + 300);
  EXPECT_TRUE(Names().contains("tile/1/000"));
  EXPECT_TRUE(Names().contains("tile/1/001.p/1"));
  EXPECT_TRUE(Names().contains("tile/2/000.p/1"));
  TileLog log = Open();
  for (const std::uint64_t index : {0, 255, 256, 40'000, 65'535, 65'536, 65'835}) {
    const auto proof = log.ProveEntry(index);
    ASSERT_TRUE(proof) << proof.error().message;
  }
  for (const std::uint64_t old_size : {0, 1, 256, 257, 65'535, 65'536, 65'537, 65'836})
    EXPECT_TRUE(log.ProveExtension(old_size)) << old_size;
  EXPECT_TRUE(log.Verify()->intact());
  GrowTo(65'900);
}

TEST_F(Tiles, ALogThatHasGrownMeanwhileIsReadFromItsFullTiles) {
  GrowTo(250);
  TileLog old = Open();
  GrowTo(600);
  EXPECT_FALSE(Names().contains("tile/0/000.p/250"));
  EXPECT_EQ(old.head().size, 250U);
  EXPECT_TRUE(old.ProveEntry(249));
  EXPECT_TRUE(old.Verify()->intact());
}

TEST_F(Tiles, ProofsAreThoseOfTheSegments) {
  auto ledger = Writer::Open(kTestDirectory, TestOptions(64 << 10), disk_);
  ASSERT_TRUE(ledger);
  ASSERT_TRUE(AppendMore(**ledger, 300));
  ASSERT_TRUE((*ledger)->Checkpoint(TestSigner()));
  GrowTo(300);
  TileLog log = Open();
  for (const std::uint64_t index : {0, 100, 299})
    EXPECT_EQ(FormatTlogProof(*log.ProveEntry(index)),
              FormatTlogProof(*ProveEntry(kTestDirectory, index, disk_)));
  EXPECT_EQ(FormatExtension(*log.ProveExtension(77)),
            FormatExtension(*ProveExtension(kTestDirectory, 77, std::nullopt, disk_)));
}

// Every byte of every file, changed: found, in that file, and no proof that needs it leaves.
TEST_F(Tiles, EveryChangedByteIsFound) {
  GrowTo(515);
  const std::set<std::string> names = Names();
  for (const std::string& name : names) {
    const Bytes good = Content(name);
    for (std::size_t at = 0; at < good.size(); at += name == "checkpoint" ? 1 : 37) {
      Bytes bad = good;
      bad[at] ^= std::byte{0x10};
      Content(name) = bad;
      auto log = TileLog::Open(kTiles, Key(), disk_);
      if (name == "checkpoint") {
        EXPECT_FALSE(log) << at;
        continue;
      }
      ASSERT_TRUE(log);
      const auto report = log->Verify();
      ASSERT_TRUE(report) << report.error().message;
      ASSERT_FALSE(report->intact()) << name << " " << at;
      const std::string& named = report->faults.front().file;
      // An entry and its tile disagree; which of the two is wrong only the root tells.
      if (name.starts_with("tile/0"))
        EXPECT_EQ(report->sealed, 515U);
      else
        EXPECT_EQ(named, name) << at;
    }
    Content(name) = good;
  }
}

TEST_F(Tiles, AMissingCutOrLongerFileIsFound) {
  GrowTo(515);
  for (const std::string& name : Names()) {
    if (name == "checkpoint") continue;
    const Bytes good = Content(name);
    for (const std::size_t size : {std::size_t{0}, good.size() - 1, good.size() + 1}) {
      Content(name).resize(size);
      EXPECT_FALSE(Open().Verify()->intact()) << name << " of " << size;
    }
    Content(name) = good;
    const auto node = disk_.names().at(PathOf(name));
    disk_.names().erase(PathOf(name));
    const auto report = Open().Verify();
    ASSERT_TRUE(report);
    ASSERT_FALSE(report->intact());
    EXPECT_EQ(report->faults.front().file, name);
    disk_.names()[PathOf(name)] = node;
  }
  EXPECT_TRUE(Open().Verify()->intact());
}

TEST_F(Tiles, AnEntryAndItsTileChangedTogetherDoNotReachTheRoot) {
  GrowTo(300);
  Bytes& bundle = Content("tile/entries/000");
  bundle[3] ^= std::byte{1};
  const auto entries = DecodeBundle(bundle, kTileWidth);
  ASSERT_TRUE(entries);
  Bytes& tile = Content("tile/0/000");
  std::ranges::copy(LeafHash((*entries)[0]), tile.begin());
  const auto report = Open().Verify();
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->intact());
  EXPECT_EQ(Open().ProveEntry(0).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(TileWriter::Open(kTiles, {kTestName, SigningKey::Generate()->public_key()}, disk_)
                .error()
                .code,
            ErrorCode::kDenied);
}

TEST_F(Tiles, NothingIsPublishedUnderAnotherHead) {
  GrowTo(10);
  auto writer = TileWriter::Open(kTiles, Key(), disk_);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->Add(AsBytes("forged")));
  const CheckpointBody head{kTestName, 11, tree_.Root(), {}};
  EXPECT_EQ(writer->Publish(*TestSigner()(head)).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(Open().head().size, 10U);
  EXPECT_EQ(writer->Add(Bytes(65536)).error().code, ErrorCode::kLimit);
}

// Killed, or the power cut, at any point: what is published then is whole, and goes on.
TEST_F(Tiles, AStopAtAnyPointLeavesAWholeLog) {
  for (std::uint64_t at = 1;; ++at) {
    disk_ = MemoryDisk();
    tree_ = Tree();
    heads_.clear();
    GrowTo(250);
    disk_.set_calls(0);
    disk_.BreakAt(at, FaultKind::kKill);
    bool killed = false;
    try {
      GrowTo(520);
    } catch (const Killed&) {
      killed = true;
    }
    disk_.PowerCut(static_cast<unsigned>(at));
    const std::uint64_t size = Open().head().size;
    EXPECT_TRUE(size == 250 || size == 520) << size;
    const auto report = Open().Verify();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->intact()) << at << "\n" << Describe(*report);
    tree_ = Tree();
    for (std::uint64_t i = 0; i < size; ++i) tree_.Append(LeafHash(AsBytes(TestEntry(i))));
    GrowTo(600);
    EXPECT_TRUE(Open().Verify()->intact()) << at;
    if (!killed) break;
  }
}

}  // namespace
}  // namespace brig::ledger
