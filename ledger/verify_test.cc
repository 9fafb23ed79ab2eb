// SPDX-License-Identifier: Apache-2.0
#include "ledger/verify.h"

#include <gtest/gtest.h>

#include "ledger/checkpoint_store.h"
#include "ledger/verify_for_test.h"

namespace brig::ledger {
namespace {

TEST_F(VerifyTest, FindsNothingWhereNothingIsWrong) {
  const auto report = Check();
  EXPECT_TRUE(report.intact()) << Describe(report);
  EXPECT_EQ(report.entries, size_);
  EXPECT_EQ(report.sealed, heads_.back().size);
  EXPECT_EQ(report.checkpoints, 2U);
  EXPECT_GE(report.segments, 3U);
  ASSERT_EQ(report.remarks.size(), 1U);
  EXPECT_EQ(report.remarks[0], "18 entries after the last checkpoint are not yet sealed");
}

TEST_F(VerifyTest, NamesFileOffsetAndIndexOfAnAlteredEntry) {
  std::string name;
  const std::uint64_t offset = OffsetOf(17, name);
  Content(name)[static_cast<std::size_t>(offset) + kFrameHeaderBytes] ^= std::byte{1};
  const auto report = Check();
  ASSERT_FALSE(report.intact());
  EXPECT_EQ(report.faults[0].file, name);
  EXPECT_EQ(report.faults[0].offset, offset);
  EXPECT_EQ(report.faults[0].index, 17U);
}

TEST_F(VerifyTest, SinceATrustedHeadOnlyWhatFollowsIsRead) {
  VerifyOptions options;
  options.since = heads_[1];
  const auto report = Check(options);
  EXPECT_TRUE(report.intact()) << Describe(report);
  EXPECT_EQ(report.entries, size_);
  EXPECT_EQ(report.sealed, heads_.back().size);
  EXPECT_LT(report.segments, Check().segments);
  EXPECT_LT(report.bytes, Check().bytes);
  EXPECT_NE(report.remarks[0].find("were not read"), std::string::npos);

  // What is altered before is not looked at, what follows is.
  std::string name;
  const auto at = static_cast<std::size_t>(OffsetOf(3, name)) + kFrameHeaderBytes;
  Content(name)[at] ^= std::byte{1};
  EXPECT_TRUE(Check(options).intact());
  EXPECT_FALSE(Check().intact());
  Content(name)[at] ^= std::byte{1};
  const auto then = static_cast<std::size_t>(OffsetOf(size_ - 20, name)) + kFrameHeaderBytes;
  Content(name)[then] ^= std::byte{1};
  EXPECT_FALSE(Check(options).intact());
}

TEST_F(VerifyTest, ARecordThatDoesNotHoldTheTrustedHeadIsFound) {
  VerifyOptions options;
  options.since = heads_[1];
  options.since->root[0] ^= std::byte{1};
  EXPECT_FALSE(Check(options).intact());
  options.since = heads_[1];
  options.since->size = size_ + 1;  // rolled back
  EXPECT_FALSE(Check(options).intact());
  // The peaks of the segment that reading begins with, which nothing else vouches for.
  options.since = heads_[1];
  const auto segments = *ListSegments(disk_, kTestDirectory);
  const auto begins = *(std::ranges::upper_bound(segments, heads_[1].size) - 1);
  ASSERT_GT(begins, 0U);
  Bytes& content = Content(SegmentName(begins));
  auto header = *DecodeHeader(content);
  header.peaks[0][0] ^= std::byte{1};
  std::ranges::copy(EncodeHeader(header), content.begin());
  EXPECT_FALSE(Check(options).intact());
}

TEST_F(VerifyTest, FindsTwoFramesExchanged) {
  std::string name;
  const std::uint64_t one = OffsetOf(20, name);
  const std::uint64_t two = OffsetOf(21, name);
  const std::uint64_t end = OffsetOf(22, name);
  Bytes& content = Content(name);
  const auto at = [&](std::uint64_t offset) {
    return content.begin() + static_cast<std::ptrdiff_t>(offset);
  };
  std::rotate(at(one), at(two), at(end));
  EXPECT_TRUE(Finds());
}

// Someone who knows the format writes a valid frame of the same length: only the tree can tell.
TEST_F(VerifyTest, FindsAnEntryRewrittenWithARightChecksum) {
  std::string name;
  const auto offset = static_cast<std::size_t>(OffsetOf(17, name));
  const auto header = DecodeHeader(Content(name));
  std::string text = TestEntry(17);
  text.replace(0, 5, "ENTRY");
  Bytes frame;
  AppendEntryFrame(frame, header->salt, 17, AsBytes(text));
  std::ranges::copy(frame, Content(name).begin() + static_cast<std::ptrdiff_t>(offset));
  const auto report = Check();
  ASSERT_FALSE(report.intact());
  EXPECT_EQ(report.faults[0].index, 0U) << "the first entry that may be concerned";
  EXPECT_NE(report.faults[0].what.find("checkpoint 1"), std::string::npos) << Describe(report);
}

TEST_F(VerifyTest, FindsAHeaderRewrittenWithARightChecksum) {
  Bytes& content = Content(Segment(1));
  auto header = *DecodeHeader(content);
  header.peaks[0][0] ^= std::byte{1};
  std::ranges::copy(EncodeHeader(header), content.begin());
  const auto report = Check();
  ASSERT_FALSE(report.intact());
  EXPECT_EQ(report.faults[0].file, Segment(1));
}

TEST_F(VerifyTest, StillChecksTheSegmentsBehindADamagedOne) {
  std::string first, second;
  const auto one = static_cast<std::size_t>(OffsetOf(3, first));
  const auto two = static_cast<std::size_t>(OffsetOf(size_ - 5, second));
  ASSERT_NE(first, second);
  Content(first)[one + 9] ^= std::byte{1};
  Content(second)[two + 9] ^= std::byte{1};
  const auto report = Check();
  ASSERT_EQ(report.faults.size(), 2U) << Describe(report);
  EXPECT_EQ(report.faults[0].index, 3U);
  EXPECT_EQ(report.faults[1].index, size_ - 5);
}

TEST_F(VerifyTest, FindsARecordLostFromTheMiddleOfTheCheckpoints) {
  Bytes& content = Content(std::string(kCheckpointsFile));
  const std::string text(AsText(content));
  const std::size_t first = ParseRecord(text)->bytes;
  const std::size_t second = ParseRecord(std::string_view(text).substr(first))->bytes;
  content.erase(content.begin() + static_cast<std::ptrdiff_t>(first),
                content.begin() + static_cast<std::ptrdiff_t>(first + second));
  EXPECT_TRUE(Finds());
}

TEST_F(VerifyTest, RefusesTheSignatureOfAnotherKey) {
  VerifyOptions options;
  options.key = VerifierKey{kTestName, SigningKey::FromSeed(Bytes(32, std::byte{8}))->public_key()};
  const auto report = Verify(kTestDirectory, options, disk_);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->intact());
  EXPECT_EQ(report->sealed, 0U);
}

TEST_F(VerifyTest, SaysThatNobodyVouchedForTheLedgersOwnKey) {
  const auto report = Verify(kTestDirectory, {}, disk_);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->intact());
  EXPECT_TRUE(report->key_from_ledger);
  EXPECT_EQ(report->remarks.size(), 2U);
}

TEST_F(VerifyTest, FindsARollbackByACheckpointKeptElsewhere) {
  VerifyOptions options;
  options.expected = {heads_[1], heads_[0]};
  EXPECT_TRUE(Check(options).intact());
  options.expected[1].root[3] ^= std::byte{1};
  EXPECT_FALSE(Check(options).intact());
  options.expected = {heads_[1]};
  options.expected[0].size = size_ + 1;
  const auto report = Check(options);
  ASSERT_FALSE(report.intact());
  EXPECT_NE(report.faults[0].what.find("rolled back"), std::string::npos);
}

TEST_F(VerifyTest, TellsACrashFromAnythingElseOnlyByTheNextStart) {
  // A writer killed in the middle: torn bytes are a fault until the next start has dropped them.
  MemoryDisk disk;
  std::uint64_t sealed = 0;
  try {
    const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk);
    EXPECT_TRUE(AppendMore(**writer, 5));
    EXPECT_TRUE((*writer)->Checkpoint(TestSigner()));
    sealed = (*writer)->size();
    disk.BreakAt(disk.calls() + 1, FaultKind::kKill);
    EXPECT_TRUE(AppendMore(**writer, 9));
  } catch (const Killed&) {  // as intended
  }
  disk.Restart();
  auto report = Verify(kTestDirectory, {}, disk);
  ASSERT_TRUE(report);
  ASSERT_FALSE(report->intact());
  EXPECT_NE(report->faults[0].what.find("a crash"), std::string::npos);
  EXPECT_EQ(report->sealed, sealed);
  const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk);
  ASSERT_TRUE(writer);
  EXPECT_GT((*writer)->recovered().torn_bytes, 0U);
  ASSERT_TRUE((*writer)->Close());
  report = Verify(kTestDirectory, {}, disk);
  EXPECT_TRUE(report->intact()) << Describe(*report);
}

TEST_F(VerifyTest, WorksWhileAWriterIsAtWork) {
  MemoryDisk disk;
  const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk);
  for (int i = 0; i < 30; ++i) {
    EXPECT_TRUE(AppendMore(**writer, 4));  // some of it is still in the writer's buffer
    if (i % 7 == 0) {
      EXPECT_TRUE((*writer)->Checkpoint(TestSigner()));
    }
    const auto report = Verify(kTestDirectory, {}, disk);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->intact()) << Describe(*report);
  }
}

TEST_F(VerifyTest, CannotTellWithoutALedger) {
  MemoryDisk empty;
  const auto report = Verify("/absent", {}, empty);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace brig::ledger
