// SPDX-License-Identifier: Apache-2.0
#include "ledger/segment.h"

#include <gtest/gtest.h>

#include "ledger/crc32c.h"
#include "ledger/ledger_for_test.h"
#include "ledger/tree.h"

namespace brig::ledger {
namespace {

SegmentHeader Header() {
  SegmentHeader header;
  header.first_index = 5;
  header.capacity = 1000;
  header.salt = 0x1122334455667788;
  header.peaks = {LeafHash(AsBytes("a")), LeafHash(AsBytes("b"))};
  return header;
}

// A segment of these frames behind its header, in a file of 1000 bytes.
SegmentScanner Scan(MemoryDisk& disk, const Bytes& frames) {
  const auto file = *disk.Open("/s", OpenMode::kCreate);
  EXPECT_TRUE(file->Allocate(1000));
  EXPECT_TRUE(file->Write(0, EncodeHeader(Header())));
  EXPECT_TRUE(file->Write(HeaderBytes(2), frames));
  auto scanner = SegmentScanner::Open(*disk.Open("/s", OpenMode::kRead), "s", 5);
  EXPECT_TRUE(scanner);
  return *std::move(scanner);
}

TEST(Segment, AHeaderComesBack) {
  const auto header = DecodeHeader(EncodeHeader(Header()));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->first_index, 5U);
  EXPECT_EQ(header->capacity, 1000U);
  EXPECT_EQ(header->salt, Header().salt);
  EXPECT_EQ(header->peaks, Header().peaks);
  EXPECT_FALSE(header->from_reserve);
}

// The bytes of docs/ledger-format.md.
TEST(Segment, AHeaderHasTheDocumentedBytes) {
  SegmentHeader header;
  header.capacity = 0x4000000;
  header.salt = 0x0102030405060708;
  EXPECT_EQ(ToHex(EncodeHeader(header)).substr(0, 96),
            "6272696773656731"
            "01000000"
            "34000000"
            "0000000000000000"
            "0000000400000000"
            "0807060504030201"
            "00000000"
            "00000000");
}

TEST(Segment, RefusesEveryFlippedBitOfAHeader) {
  const Bytes good = EncodeHeader(Header());
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    Bytes bent = good;
    bent[i / 8] ^= static_cast<std::byte>(1 << (i % 8));
    EXPECT_FALSE(DecodeHeader(bent)) << i;
  }
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(DecodeHeader(ByteView(good).first(length)));
}

TEST(Segment, AVersionToComeIsUnsupportedAndNotCorrupt) {
  Bytes header = EncodeHeader(Header());
  header[8] = std::byte{2};
  const Bytes sum = [&] {
    ByteWriter crc;
    crc.Fixed(Crc32c(ByteView(header).first(header.size() - 4)));
    return crc.Take();
  }();
  std::ranges::copy(sum, header.end() - 4);
  EXPECT_EQ(DecodeHeader(header).error().code, ErrorCode::kUnsupported);
}

TEST(Segment, AScannerGivesFramesThenZeros) {
  MemoryDisk disk;
  Bytes frames;
  AppendEntryFrame(frames, Header().salt, 5, AsBytes("five"));
  AppendEntryFrame(frames, Header().salt, 6, {});
  const Bytes mark = EncodeMark(FrameKind::kDurable, Header().salt, 7);
  frames.insert(frames.end(), mark.begin(), mark.end());
  auto scanner = Scan(disk, frames);
  Step step = *scanner.Next();
  EXPECT_EQ(step.index, 5U);
  EXPECT_EQ(AsText(step.bytes), "five");
  step = *scanner.Next();
  EXPECT_EQ(step.index, 6U);
  EXPECT_TRUE(step.bytes.empty());
  step = *scanner.Next();
  EXPECT_EQ(step.kind, FrameKind::kDurable);
  for (int again = 0; again < 2; ++again) {
    step = *scanner.Next();
    EXPECT_EQ(step.what, Step::What::kZeros);
    EXPECT_EQ(step.offset, HeaderBytes(2) + frames.size());
    EXPECT_EQ(step.index, 7U);
  }
}

TEST(Segment, AFrameIsGoodOnlyAtItsOwnIndexAndInItsOwnSegment) {
  for (const auto& [salt, index] : {std::pair{Header().salt, 6}, {Header().salt + 1, 5}}) {
    MemoryDisk disk;
    Bytes frame;
    AppendEntryFrame(frame, salt, static_cast<std::uint64_t>(index), AsBytes("five"));
    auto scanner = Scan(disk, frame);
    EXPECT_EQ(scanner.Next()->what, Step::What::kBad);
  }
}

TEST(Segment, FindsAMarkWhereverItStands) {
  for (const std::size_t gap : {0, 1, 7, 300, 840}) {
    MemoryDisk disk;
    Bytes frames(gap, std::byte{0xee});
    const Bytes mark = EncodeMark(FrameKind::kDurable, Header().salt, 99);
    frames.insert(frames.end(), mark.begin(), mark.end());
    auto scanner = Scan(disk, frames);
    const auto found = FirstMark(scanner.file(), scanner.header(), HeaderBytes(2));
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, HeaderBytes(2) + gap);
  }
}

// An entry that contains a mark's bytes must not make a torn tail look like damage: the salt is
// secret.
TEST(Segment, AMarkMadeWithoutTheSaltIsNone) {
  MemoryDisk disk;
  auto scanner = Scan(disk, EncodeMark(FrameKind::kDurable, Header().salt ^ 1, 99));
  EXPECT_FALSE(*FirstMark(scanner.file(), scanner.header(), HeaderBytes(2)));
}

}  // namespace
}  // namespace brig::ledger
