// SPDX-License-Identifier: Apache-2.0
#include "ledger/writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "ledger/layout.h"
#include "ledger/ledger_for_test.h"

namespace brig::ledger {
namespace {

class WriterTest : public testing::Test {
 protected:
  std::unique_ptr<Writer> Open(std::uint64_t segment_bytes = 3072) {
    auto writer = Writer::Open(kTestDirectory, TestOptions(segment_bytes), disk_);
    EXPECT_TRUE(writer) << writer.error().message;
    return writer ? *std::move(writer) : nullptr;
  }
  Bytes& Content(const std::string& name) {
    return disk_.names().at(kTestDirectory + "/" + name)->live;
  }
  MemoryDisk disk_;
};

TEST_F(WriterTest, GivesConsecutiveIndices) {
  const auto writer = Open();
  EXPECT_TRUE(writer->recovered().created);
  EXPECT_EQ(*AppendMore(*writer, 2), 0U);
  EXPECT_EQ(*AppendMore(*writer, 3), 2U);
  EXPECT_EQ(writer->size(), 5U);
  EXPECT_EQ(writer->durable_size(), 0U);
  EXPECT_EQ(*writer->Sync(), 5U);
  EXPECT_EQ(ReadBack(disk_), 5U);
}

TEST_F(WriterTest, SyncsOnceForAllThatWaits) {
  WriterOptions options = TestOptions(1 << 20);
  options.buffer_bytes = 1 << 18;
  const auto writer = *Writer::Open(kTestDirectory, options, disk_);
  const std::uint64_t before = disk_.calls();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(AppendMore(*writer, 1));
  ASSERT_TRUE(writer->Sync());
  EXPECT_EQ(disk_.calls() - before, 3U);  // the entries, the sync, the mark
  ASSERT_TRUE(writer->Sync());
  EXPECT_EQ(disk_.calls() - before, 3U);  // nothing new, nothing done
}

TEST_F(WriterTest, TakesEmptyAndLargestEntriesAndRefusesLargerOnes) {
  const auto writer = Open(1 << 20);
  const Bytes largest(kMaxEntryBytes, std::byte{9});
  const Bytes larger(kMaxEntryBytes + 1, std::byte{9});
  ASSERT_TRUE(writer->Append(std::vector<ByteView>{ByteView{}, largest}));
  const auto refused = writer->Append(std::vector<ByteView>{ByteView{}, larger});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_EQ(writer->size(), 2U) << "none of a refused batch";
  ASSERT_TRUE(writer->Sync());
  const auto reader = *Reader::Open(kTestDirectory, disk_);
  EXPECT_TRUE(reader->Read(0)->bytes.empty());
  EXPECT_EQ(reader->Read(1)->bytes.size(), kMaxEntryBytes);
}

TEST_F(WriterTest, RefusesABatchLargerThanASegment) {
  const auto writer = Open();
  EXPECT_EQ(AppendMore(*writer, 100).error().code, ErrorCode::kLimit);
  EXPECT_TRUE(AppendMore(*writer, 1));
}

TEST_F(WriterTest, TellsACleanEndFromAKill) {
  {
    const auto writer = Open();
    ASSERT_TRUE(AppendMore(*writer, 4));
    ASSERT_TRUE(writer->Close());
    EXPECT_EQ(AppendMore(*writer, 1).error().code, ErrorCode::kUnavailable);
  }
  {
    const auto writer = Open();
    EXPECT_TRUE(writer->recovered().clean);
    EXPECT_FALSE(writer->recovered().created);
    EXPECT_EQ(writer->recovered().entries, 4U);
    ASSERT_TRUE(AppendMore(*writer, 1));
    ASSERT_TRUE(writer->Sync());
  }
  EXPECT_FALSE(Open()->recovered().clean);
}

TEST_F(WriterTest, ClosingWithoutNewEntriesAddsNothing) {
  ASSERT_TRUE(Open()->Close());
  const Bytes before = Content(SegmentName(0));
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(Open()->Close());
  EXPECT_EQ(Content(SegmentName(0)), before);
}

TEST_F(WriterTest, StopsForGoodAfterAFailedSync) {
  const auto writer = Open();
  ASSERT_TRUE(AppendMore(*writer, 1));
  disk_.BreakAt(disk_.calls() + 2, FaultKind::kFail);
  ASSERT_FALSE(writer->Sync());
  for (int i = 0; i < 3; ++i) {
    const auto again = writer->Sync();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(again.error().message.find("stopped"), std::string::npos);
  }
  EXPECT_FALSE(AppendMore(*writer, 1));
  EXPECT_FALSE(writer->PrepareCheckpoint());
  EXPECT_FALSE(writer->Close());
}

TEST_F(WriterTest, RefusesToOpenWhenAcknowledgedDataIsDamaged) {
  std::uint64_t frames = 0;
  {
    const auto writer = Open();
    frames = HeaderBytes(0);
    ASSERT_TRUE(AppendMore(*writer, 3));
    ASSERT_TRUE(writer->Sync());
  }
  const auto names = disk_.names().size();
  Content(SegmentName(0))[frames + 9] ^= std::byte{1};
  const auto damaged = Writer::Open(kTestDirectory, TestOptions(), disk_);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(damaged.error().message.find("segment-00000000000000000000, offset 52, index 0"),
            std::string::npos)
      << damaged.error().message;
  EXPECT_EQ(disk_.names().size(), names);
}

TEST_F(WriterTest, RefusesToOpenWhenSealedEntriesAreGone) {
  {
    const auto writer = Open();
    ASSERT_TRUE(AppendMore(*writer, 3));
    ASSERT_TRUE(writer->Checkpoint(TestSigner()));
  }
  // Zeros from the last entry on: without the checkpoint this would be an ordinary end.
  Bytes& content = Content(SegmentName(0));
  const std::uint64_t second = HeaderBytes(0) + kFrameHeaderBytes + TestEntry(0).size();
  std::fill(content.begin() + static_cast<std::ptrdiff_t>(second), content.end(), std::byte{0});
  const auto opened = Writer::Open(kTestDirectory, TestOptions(), disk_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
}

TEST_F(WriterTest, RefusesAForgedHistoryUpToTheLastCheckpoint) {
  {
    const auto writer = Open();
    ASSERT_TRUE(AppendMore(*writer, 3));
    ASSERT_TRUE(writer->Checkpoint(TestSigner()));
  }
  Bytes& content = Content(SegmentName(0));
  const auto header = *DecodeHeader(content);
  std::string text = TestEntry(0);
  text[0] = 'E';
  Bytes frame;
  AppendEntryFrame(frame, header.salt, 0, AsBytes(text));
  std::ranges::copy(frame, content.begin() + static_cast<std::ptrdiff_t>(HeaderBytes(0)));
  EXPECT_EQ(Writer::Open(kTestDirectory, TestOptions(), disk_).error().code, ErrorCode::kCorrupt);
}

TEST_F(WriterTest, RefusesAnotherKeysLedger) {
  ASSERT_TRUE(Open()->Close());
  WriterOptions options = TestOptions();
  options.key.name = "node-2.example/log";
  EXPECT_EQ(Writer::Open(kTestDirectory, options, disk_).error().code, ErrorCode::kDenied);
}

TEST_F(WriterTest, StoresNoCheckpointButTheOnePrepared) {
  const auto writer = Open();
  ASSERT_TRUE(AppendMore(*writer, 2));
  const auto old = *writer->PrepareCheckpoint();
  ASSERT_TRUE(AppendMore(*writer, 2));
  const auto head = *writer->PrepareCheckpoint();
  EXPECT_FALSE(writer->StoreCheckpoint(*SignCheckpoint(TestKey(), kTestName, old)));
  const auto stranger = *SigningKey::FromSeed(Bytes(32, std::byte{9}));
  EXPECT_FALSE(writer->StoreCheckpoint(*SignCheckpoint(stranger, kTestName, head)));
  EXPECT_EQ(writer->sealed_size(), 0U);
  ASSERT_TRUE(AppendMore(*writer, 2));  // meanwhile the ledger grows
  EXPECT_TRUE(writer->StoreCheckpoint(*SignCheckpoint(TestKey(), kTestName, head)));
  EXPECT_EQ(writer->sealed_size(), 4U);
}

TEST_F(WriterTest, StoresAHeadThatDoesNotGrowOnce) {
  const auto writer = Open();
  ASSERT_TRUE(AppendMore(*writer, 2));
  ASSERT_TRUE(writer->Checkpoint(TestSigner()));
  const Bytes before = Content(std::string(kCheckpointsFile));
  ASSERT_TRUE(writer->Checkpoint(TestSigner()));
  EXPECT_EQ(Content(std::string(kCheckpointsFile)), before);
}

TEST_F(WriterTest, OnAFullDiskRefusesTelemetryAndKeepsCriticalEntries) {
  auto writer = Open();
  disk_.set_free(100);
  std::uint64_t telemetry = 0;
  while (AppendMore(*writer, 1)) ++telemetry;
  EXPECT_GT(telemetry, 20U);
  EXPECT_TRUE(writer->disk_full());
  EXPECT_EQ(AppendMore(*writer, 1).error().code, ErrorCode::kLimit);
  std::uint64_t critical = 0;
  while (AppendMore(*writer, 1, Priority::kCritical)) ++critical;
  EXPECT_GT(critical, 20U);
  ASSERT_TRUE(writer->Sync());
  EXPECT_EQ(ReadBack(disk_), telemetry + critical);
  writer.reset();
  auto report = Verify(kTestDirectory, {}, disk_);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->intact()) << Describe(*report);
  // Still full at the next start; then somebody makes room.
  writer = Open();
  EXPECT_TRUE(writer->disk_full());
  EXPECT_FALSE(AppendMore(*writer, 1));
  disk_.set_free(1 << 20);
  ASSERT_TRUE(writer->Sync());
  EXPECT_FALSE(writer->disk_full());
  EXPECT_TRUE(AppendMore(*writer, 1));
  ASSERT_TRUE(writer->Close());
  report = Verify(kTestDirectory, {}, disk_);
  EXPECT_TRUE(report->intact()) << Describe(*report);
}

TEST_F(WriterTest, OnAFullDiskACheckpointIsRefusedAndNothingIsHalfDone) {
  const auto writer = Open();
  ASSERT_TRUE(AppendMore(*writer, 2));
  // 300: the record fits, the replacement of `checkpoint` does not.
  for (const std::uint64_t free : {0, 300}) {
    disk_.set_free(free);
    EXPECT_EQ(writer->Checkpoint(TestSigner()).error().code, ErrorCode::kLimit);
    EXPECT_EQ(writer->sealed_size(), 0U);
  }
  disk_.set_free(1 << 20);
  EXPECT_TRUE(writer->Checkpoint(TestSigner()));
  ASSERT_TRUE(writer->Close());
  EXPECT_TRUE(Verify(kTestDirectory, {}, disk_)->intact());
}

TEST_F(WriterTest, SaysSoWhenTheDirectoryIsReadOnly) {
  ASSERT_TRUE(Open()->Close());
  disk_.set_read_only(true);
  const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk_);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kDenied);
  EXPECT_NE(writer.error().message.find("Read-only"), std::string::npos) << writer.error().message;
}

class RealWriterTest : public testing::Test {
 protected:
  RealWriterTest() {
    std::string pattern = testing::TempDir() + "/brig-ledger-XXXXXX";
    parent_ = ::mkdtemp(pattern.data());
    directory_ = parent_ + "/ledger";
  }
  ~RealWriterTest() override { std::filesystem::remove_all(parent_); }
  std::string parent_;
  std::string directory_;
};

TEST_F(RealWriterTest, WritesALedgerThatReadsBackAndVerifies) {
  for (int round = 0; round < 3; ++round) {
    const auto writer = Writer::Open(directory_, TestOptions(16384));
    ASSERT_TRUE(writer) << writer.error().message;
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(AppendMore(**writer, 4));
    ASSERT_TRUE((*writer)->Checkpoint(TestSigner()));
    ASSERT_TRUE((*writer)->Close());
  }
  EXPECT_EQ(ReadBack(RealDisk(), directory_), 1200U);
  const auto report = Verify(directory_);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->intact()) << Describe(*report);
  EXPECT_EQ(report->sealed, 1200U);
}

TEST_F(RealWriterTest, NamesTheProcessThatHasTheLedger) {
  const auto first = Writer::Open(directory_, TestOptions());
  ASSERT_TRUE(first);
  const auto second = Writer::Open(directory_, TestOptions());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message.find(fmt::format("process {} ", ::getpid())), std::string::npos)
      << second.error().message;
  ASSERT_TRUE((*first)->Close());
  EXPECT_TRUE(Writer::Open(directory_, TestOptions()));
}

TEST_F(RealWriterTest, SetsADamagedLedgerAsideUntouched) {
  for (int round = 1; round <= 2; ++round) {
    ASSERT_TRUE((*Writer::Open(directory_, TestOptions()))->Close());
    const auto aside = SetAside(directory_ + "/");
    ASSERT_TRUE(aside) << aside.error().message;
    EXPECT_EQ(*aside, fmt::format("{}.damaged-{}", directory_, round));
    EXPECT_TRUE(Verify(*aside)->intact());
    EXPECT_FALSE(std::filesystem::exists(directory_));
  }
}

TEST_F(RealWriterTest, KeepsItsFilesFromOtherUsers) {
  ASSERT_TRUE((*Writer::Open(directory_, TestOptions()))->Close());
  for (const auto& file : std::filesystem::directory_iterator(directory_)) {
    struct stat status{};
    ASSERT_EQ(::stat(file.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0007, 0U) << file.path();
  }
}

}  // namespace
}  // namespace brig::ledger
