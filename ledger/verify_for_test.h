// SPDX-License-Identifier: Apache-2.0
// For the tests of verification: a small whole ledger to damage.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ledger/layout.h"
#include "ledger/ledger_for_test.h"
#include "ledger/verify.h"

namespace brig::ledger {

// A small ledger with everything in it: three segments, two checkpoints, unsealed entries, an
// orderly end.
class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    const auto writer = Writer::Open(kTestDirectory, TestOptions(2560), disk_);
    EXPECT_TRUE(writer);
    for (std::uint64_t step = 0; step < 26; ++step) {
      EXPECT_TRUE(AppendMore(**writer, 3));
      if (step % 4 == 0) {
        EXPECT_TRUE((*writer)->Sync());
      }
      if (step % 10 == 9) {
        const auto head = (*writer)->Checkpoint(TestSigner());
        EXPECT_TRUE(head);
        heads_.push_back(*head);
      }
    }
    EXPECT_TRUE((*writer)->Close());
    size_ = (*writer)->size();
  }

  VerifyReport Check(VerifyOptions options = {}) {
    options.key = TestOptions().key;
    auto report = Verify(kTestDirectory, options, disk_);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : VerifyReport{};
  }

  // True when damage is found: in the report, or as "cannot be told".
  bool Finds() {
    VerifyOptions options;
    options.key = TestOptions().key;
    const auto report = Verify(kTestDirectory, options, disk_);
    return !report || !report->intact();
  }

  Bytes& Content(const std::string& name) {
    return disk_.names().at(kTestDirectory + "/" + name)->live;
  }
  std::vector<std::string> Files() { return *disk_.List(kTestDirectory); }
  std::string Segment(std::size_t number) {
    return SegmentName((*ListSegments(disk_, kTestDirectory)).at(number));
  }
  // Where the frame of this entry begins, in the segment that holds it.
  std::uint64_t OffsetOf(std::uint64_t index, std::string& name) {
    const auto segments = *ListSegments(disk_, kTestDirectory);
    for (const std::uint64_t first : segments) {
      if (first > index) break;
      name = SegmentName(first);
      auto scanner = SegmentScanner::Open(*disk_.Open(Join(kTestDirectory, name), OpenMode::kRead),
                                          name, first);
      EXPECT_TRUE(scanner);
      for (;;) {
        const Step step = *scanner->Next();
        if (step.what != Step::What::kFrame) break;
        if (step.kind == FrameKind::kEntry && step.index == index) return step.offset;
      }
    }
    return 0;
  }

  MemoryDisk disk_;
  std::vector<CheckpointBody> heads_;
  std::uint64_t size_ = 0;
};

}  // namespace brig::ledger
