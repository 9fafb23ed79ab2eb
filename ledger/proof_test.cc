// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof.h"

#include "ledger/ledger_for_test.h"
#include "ledger/prove.h"
#include "ledger/segment.h"
#include "ledger/tree.h"

namespace brig::ledger {
namespace {

constexpr std::uint64_t kEntries = 150;  // over several segments

VerifierKey Key() { return {kTestName, TestKey().public_key()}; }

// A ledger with a checkpoint at 40, 97 and 150 entries, and some behind the last.
class Prove : public ::testing::Test {
 protected:
  void SetUp() override {
    auto writer = Writer::Open(kTestDirectory, TestOptions(), disk_);
    ASSERT_TRUE(writer) << writer.error().message;
    for (const std::uint64_t size : {40, 97, 150}) {
      while ((*writer)->size() < size) ASSERT_TRUE(AppendMore(**writer, 1));
      const auto head = (*writer)->Checkpoint(TestSigner());
      ASSERT_TRUE(head) << head.error().message;
      heads_.push_back(*head);
    }
    ASSERT_TRUE(AppendMore(**writer, 9));
    ASSERT_TRUE((*writer)->Close());
    ASSERT_GT(ListSegments().size(), 3U);
  }
  std::vector<std::string> ListSegments() {
    std::vector<std::string> names;
    for (const auto& [path, node] : disk_.names())
      if (path.find("segment-") != std::string::npos) names.push_back(path);
    return names;
  }
  MemoryDisk disk_;
  std::vector<CheckpointBody> heads_;
};

TEST_F(Prove, EveryEntryThatACheckpointCovers) {
  for (std::uint64_t index = 0; index < kEntries; ++index) {
    const auto proof = ProveEntry(kTestDirectory, index, disk_);
    ASSERT_TRUE(proof) << proof.error().message;
    const auto again = ParseTlogProof(FormatTlogProof(*proof));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(AsText(again->extra), TestEntry(index));
    const auto head = CheckEntry(*again, AsBytes(TestEntry(index)), Key());
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->root, heads_.back().root);
    EXPECT_FALSE(CheckEntry(*again, AsBytes(TestEntry(index + 1)), Key()));
  }
}

TEST_F(Prove, NoEntryBehindTheCheckpoint) {
  const auto proof = ProveEntry(kTestDirectory, kEntries, disk_);
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ProveEntry(kTestDirectory, ~0ULL, disk_).error().code, ErrorCode::kNotFound);
}

TEST_F(Prove, EveryHeadContinuesTheOnesBefore) {
  for (const CheckpointBody& old : heads_) {
    for (const CheckpointBody& head : heads_) {
      if (head.size < old.size) continue;
      const auto extension = ProveExtension(kTestDirectory, old.size, head.size, disk_);
      ASSERT_TRUE(extension) << extension.error().message;
      const auto again = ParseExtension(FormatExtension(*extension));
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(CheckExtension(*again, old, Key())->size, head.size);
      CheckpointBody other = old;
      other.root[0] ^= std::byte{1};
      EXPECT_FALSE(CheckExtension(*again, other, Key()));
      other = old;
      other.origin += "2";
      EXPECT_FALSE(CheckExtension(*again, other, Key()));
    }
  }
  for (std::uint64_t old_size = 0; old_size <= kEntries; ++old_size)
    EXPECT_TRUE(ProveExtension(kTestDirectory, old_size, std::nullopt, disk_)) << old_size;
}

TEST_F(Prove, NamesTheCheckpointsBesideASizeThatHasNone) {
  const auto extension = ProveExtension(kTestDirectory, 40, 96, disk_);
  ASSERT_FALSE(extension);
  EXPECT_EQ(extension.error().code, ErrorCode::kNotFound);
  EXPECT_NE(extension.error().message.find("of 40, then 97"), std::string::npos)
      << extension.error().message;
  EXPECT_EQ(ProveExtension(kTestDirectory, 98, 97, disk_).error().code, ErrorCode::kInvalid);
}

// A changed byte of an entry, with the checksum made right again by whoever can write the file, and
// a changed peak: no proof leaves.
TEST_F(Prove, NothingOfALedgerThatWasChanged) {
  const std::string name = ListSegments()[1];
  Bytes& bytes = disk_.names().at(name)->live;
  auto header = DecodeHeader(bytes);
  ASSERT_TRUE(header) << header.error().message;
  const std::uint64_t index = header->first_index;
  const Bytes good = bytes;
  std::string entry = TestEntry(index);
  entry[0] ^= 1;
  Bytes frame;
  AppendEntryFrame(frame, header->salt, index, AsBytes(entry));
  std::ranges::copy(frame,
                    bytes.begin() + static_cast<std::ptrdiff_t>(HeaderBytes(header->peaks.size())));
  EXPECT_EQ(ProveEntry(kTestDirectory, index, disk_).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(ProveEntry(kTestDirectory, 0, disk_).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(ProveExtension(kTestDirectory, 40, 97, disk_).error().code, ErrorCode::kCorrupt);

  bytes = good;
  header->peaks[0][5] ^= std::byte{1};
  std::ranges::copy(EncodeHeader(*header), bytes.begin());
  EXPECT_EQ(ProveEntry(kTestDirectory, index, disk_).error().code, ErrorCode::kCorrupt);
}

TlogProof Small() {
  const auto note =
      SignCheckpoint(TestKey(), kTestName,
                     {kTestName, 2, NodeHash(LeafHash(AsBytes("a")), LeafHash(AsBytes("b"))), {}});
  return {Bytes(1, std::byte{'b'}), 1, {LeafHash(AsBytes("a"))}, *note};
}

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(Proof, ReadsWhatItWrites) {
  const std::string text = FormatTlogProof(Small());
  EXPECT_TRUE(text.starts_with("c2sp.org/tlog-proof@v1\nextra Yg==\nindex 1\n")) << text;
  const auto proof = ParseTlogProof(text);
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(CheckEntry(*proof, AsBytes("b"), Key())->size, 2U);
  const auto bare = ParseTlogProof(Replaced(text, "extra Yg==\n", ""));
  ASSERT_TRUE(bare) << bare.error().message;
  EXPECT_TRUE(bare->extra.empty());
}

TEST(Proof, RefusesEverySpellingButOne) {
  const std::string good = FormatTlogProof(Small());
  const std::string hash = ToBase64(LeafHash(AsBytes("a")));
  for (const std::string& bad : {Replaced(good, "@v1", "@v2"),
                                 Replaced(good, "index 1", "index 01"),
                                 Replaced(good, "index 1", "index -1"),
                                 Replaced(good, "index 1", "index +1"),
                                 Replaced(good, "index 1", "index 9223372036854775808"),
                                 Replaced(good, "index 1", "index 18446744073709551617"),
                                 Replaced(good, "index 1", "index 1 "),
                                 Replaced(good, "index 1", "index"),
                                 Replaced(good, "index 1\n", ""),
                                 Replaced(good, "extra Yg==", "extra Yh=="),
                                 Replaced(good, "extra Yg==", "extra "),
                                 Replaced(good, "extra Yg==", "extra Yg"),
                                 Replaced(good, hash, hash.substr(0, 40)),
                                 Replaced(good, hash, hash + " "),
                                 Replaced(good, hash, "AAAA"),
                                 Replaced(good, hash + "\n\n", hash + "\n"),
                                 Replaced(good, "index 1\n", "index 1\r\n"),
                                 Replaced(good, "index 1\n", "index 1\n\n"),
                                 good + "x",
                                 good.substr(0, good.size() - 1),
                                 good.substr(0, 30),
                                 std::string()}) {
    EXPECT_FALSE(ParseTlogProof(bad)) << bad;
  }
}

TEST(Proof, RefusesTooManyHashesAndTooMuchText) {
  TlogProof proof = Small();
  proof.hashes.assign(kMaxProofHashes, Digest{});
  EXPECT_TRUE(ParseTlogProof(FormatTlogProof(proof)));
  proof.hashes.emplace_back();
  EXPECT_EQ(ParseTlogProof(FormatTlogProof(proof)).error().code, ErrorCode::kLimit);
  EXPECT_EQ(ParseTlogProof(std::string(kMaxProofBytes + 1, 'x')).error().code, ErrorCode::kLimit);
}

TEST(Proof, ShowsNothingInAnotherLogOrWithAnotherShape) {
  const TlogProof good = Small();
  const auto denied = [](const TlogProof& proof, std::string_view entry, const VerifierKey& key) {
    const auto head = CheckEntry(proof, AsBytes(entry), key);
    return !head && head.error().code == ErrorCode::kDenied;
  };
  EXPECT_TRUE(denied(good, "b", {kTestName + "2", Key().key}));
  EXPECT_TRUE(denied(good, "b", {kTestName, SigningKey::Generate()->public_key()}));
  EXPECT_TRUE(denied(good, "c", Key()));
  TlogProof bent = good;
  bent.index = 0;
  EXPECT_TRUE(denied(bent, "b", Key()));
  bent.index = 2;
  EXPECT_TRUE(denied(bent, "b", Key()));
  bent = good;
  bent.hashes.emplace_back();
  EXPECT_TRUE(denied(bent, "b", Key()));
  bent.hashes.clear();
  EXPECT_TRUE(denied(bent, "b", Key()));
}

TEST(Proof, EvidenceReadsBackAndIsWhole) {
  Evidence evidence{"what happened\n\nhow to check\n", {Small(), Small()}};
  evidence.proofs[0].index = 0;
  const std::string text = FormatEvidence(evidence);
  const auto again = ParseEvidence(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->words, evidence.words);
  EXPECT_EQ(again->proofs.size(), 2U);
  EXPECT_EQ(FormatEvidence(*again), text);
  EXPECT_TRUE(ParseEvidence(FormatEvidence({"", {}})));
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(ParseEvidence(text.substr(0, size))) << size;
  for (const std::string& bad :
       {text + "\n", text + text, Replaced(text, "=== entry 0 ===", "=== entry 2 ==="),
        Replaced(text, "end of 2", "end of 1"), Replaced(text, "evidence v1", "evidence v2")}) {
    EXPECT_FALSE(ParseEvidence(bad)) << bad;
  }
}

TEST_F(Prove, ManyEntriesAtOnceAsOneByOne) {
  const std::string note = *LatestCheckpoint(kTestDirectory, disk_);
  const std::vector<std::uint64_t> indices = {3, 40, 41, 96, 149};
  const auto proofs = ProveEntriesIn(kTestDirectory, indices, note, disk_);
  ASSERT_TRUE(proofs) << proofs.error().message;
  ASSERT_EQ(proofs->size(), indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i)
    EXPECT_EQ(FormatTlogProof((*proofs)[i]),
              FormatTlogProof(*ProveEntry(kTestDirectory, indices[i], disk_)));
  EXPECT_FALSE(ProveEntriesIn(kTestDirectory, {3, 150}, note, disk_));
}

// A node's hash is no leaf's: the bytes that a node hashes do not pass for an entry.
TEST(Proof, ANodeIsNoEntry) {
  TlogProof proof = Small();
  proof.index = 0;
  proof.hashes.clear();
  const Digest left = LeafHash(AsBytes("a"));
  Bytes node(left.begin(), left.end());
  const Digest right = LeafHash(AsBytes("b"));
  node.insert(node.end(), right.begin(), right.end());
  EXPECT_FALSE(CheckEntry(proof, node, Key()));
}

}  // namespace
}  // namespace brig::ledger
