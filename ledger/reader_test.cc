// SPDX-License-Identifier: Apache-2.0
#include "ledger/reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "ledger/layout.h"
#include "ledger/ledger_for_test.h"

namespace brig::ledger {
namespace {

using std::chrono::milliseconds;

class ReaderTest : public testing::Test {
 protected:
  ReaderTest() : writer_(*Writer::Open(kTestDirectory, TestOptions(), disk_)) { Add(100); }
  void Add(int count) {
    for (int i = 0; i < count; ++i) EXPECT_TRUE(AppendMore(*writer_, 1));
    EXPECT_TRUE(writer_->Sync());
  }
  MemoryDisk disk_;
  std::unique_ptr<Writer> writer_;
};

TEST_F(ReaderTest, ReadsAnyEntryByItsIndex) {
  const auto reader = *Reader::Open(kTestDirectory, disk_);
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::uint64_t index = i * 37 % 100;
    const auto entry = reader->Read(index);
    ASSERT_TRUE(entry) << entry.error().message;
    EXPECT_EQ(entry->index, index);
    EXPECT_EQ(AsText(entry->bytes), TestEntry(index));
  }
  EXPECT_EQ(reader->Read(100).error().code, ErrorCode::kNotFound);
}

TEST_F(ReaderTest, GoesOnFromTheIndexSought) {
  const auto reader = *Reader::Open(kTestDirectory, disk_);
  ASSERT_TRUE(reader->Seek(60));
  for (std::uint64_t index = 60; index < 100; ++index) EXPECT_EQ((*reader->Next())->index, index);
  EXPECT_FALSE(*reader->Next());
}

TEST_F(ReaderTest, SeesWhatIsAppendedAfterItsEnd) {
  const auto reader = *Reader::Open(kTestDirectory, disk_);
  ASSERT_TRUE(reader->Seek(100));
  EXPECT_EQ(*reader->Size(), 100U);
  for (std::uint64_t index = 100; index < 200; ++index) {
    EXPECT_FALSE(*reader->Next());
    Add(1);
    const auto entry = reader->Next();
    ASSERT_TRUE(entry && *entry);
    EXPECT_EQ(AsText((*entry)->bytes), TestEntry(index));
    EXPECT_EQ(*reader->Size(), index + 1);
  }
}

TEST_F(ReaderTest, PassesOverToAnIndexThatIsYetToCome) {
  const auto reader = *Reader::Open(kTestDirectory, disk_);
  ASSERT_TRUE(reader->Seek(103));
  EXPECT_FALSE(*reader->Next());
  Add(5);
  EXPECT_EQ((*reader->Next())->index, 103U);
}

TEST_F(ReaderTest, SaysWhereDamageIs) {
  Bytes& content = disk_.names().at(Join(kTestDirectory, SegmentName(0)))->live;
  content[HeaderBytes(0) + kFrameHeaderBytes] ^= std::byte{1};
  const auto reader = *Reader::Open(kTestDirectory, disk_);
  for (int again = 0; again < 2; ++again) {
    const auto entry = reader->Next();
    ASSERT_FALSE(entry);
    EXPECT_EQ(entry.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(entry.error().message.find("offset 52, index 0"), std::string::npos);
  }
}

// While a writer is at work, half a frame at the end is one that is being written.
TEST_F(ReaderTest, WaitsForAFrameThatIsBeingWritten) {
  const auto reader = *Reader::Open(kTestDirectory, disk_);
  const std::uint64_t last = *reader->Size();
  const std::string name = SegmentName(ListSegments(disk_, kTestDirectory)->back());
  Bytes& content = disk_.names().at(Join(kTestDirectory, name))->live;
  Add(1);
  const Bytes whole = content;
  // Take away the mark and the end of the frame.
  const auto end =
      std::find_if(content.rbegin(), content.rend(), [](std::byte b) { return b != std::byte{0}; });
  std::fill(content.rbegin(), end + 14 + 16, std::byte{0});
  ASSERT_TRUE(reader->Seek(last));
  EXPECT_FALSE(*reader->Next());
  content = whole;
  EXPECT_EQ((*reader->Next())->index, last);
}

TEST_F(ReaderTest, SaysSoWhenThereIsNoLedger) {
  const auto reader = Reader::Open("/absent", disk_);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kNotFound);
}

class FollowTest : public testing::Test {
 protected:
  FollowTest() {
    std::string pattern = testing::TempDir() + "/brig-follow-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~FollowTest() override { std::filesystem::remove_all(directory_); }
  std::string directory_;
};

TEST_F(FollowTest, ReadsEverythingWhileAnotherThreadWrites) {
  constexpr std::uint64_t kEntries = 3000;
  auto writer = *Writer::Open(directory_, TestOptions(16384));
  std::thread appending([&writer] {
    while (writer->size() < kEntries) {
      EXPECT_TRUE(AppendMore(*writer, 3));
      if (writer->size() % 5 == 0) {
        EXPECT_TRUE(writer->Sync());
      }
    }
    EXPECT_TRUE(writer->Close());
  });
  const auto reader = *Reader::Open(directory_);
  std::uint64_t seen = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (seen < kEntries && std::chrono::steady_clock::now() < deadline) {
    const auto entry = reader->Next();
    ASSERT_TRUE(entry) << entry.error().message;
    if (!*entry) {
      ASSERT_TRUE(reader->Wait(milliseconds(1000)));
      continue;
    }
    ASSERT_EQ((*entry)->index, seen);
    ASSERT_EQ(AsText((*entry)->bytes), TestEntry(seen));
    ++seen;
  }
  appending.join();
  EXPECT_EQ(seen, kEntries);
}

TEST_F(FollowTest, WaitingEndsWhenTheTimeIsOver) {
  auto writer = *Writer::Open(directory_, TestOptions());
  const auto reader = *Reader::Open(directory_);
  EXPECT_FALSE(*reader->Wait(milliseconds(1)));
  ASSERT_TRUE(AppendMore(*writer, 1));
  ASSERT_TRUE(writer->Sync());
  EXPECT_TRUE(*reader->Wait(milliseconds(10000)));
}

}  // namespace
}  // namespace brig::ledger
