// SPDX-License-Identifier: Apache-2.0
// Every call that the writer makes to the disk is broken once in every way, and after each:
// whatever was acknowledged is there, whatever is there is what was appended, and the ledger
// verifies.
#include <gtest/gtest.h>

#include <optional>

#include "ledger/ledger_for_test.h"

namespace brig::ledger {
namespace {

struct Promise {
  std::uint64_t acknowledged = 0;
  std::uint64_t sealed = 0;
  std::uint64_t appended = 0;
};

// A run of a writer that touches everything: several segments, checkpoints, a close and a second
// opening. Stops at the first error, as a program would.
Result<> Run(Disk& disk, Promise& promise) {
  for (int round = 0; round < 2; ++round) {
    BRIG_ASSIGN(const auto writer, Writer::Open(kTestDirectory, TestOptions(), disk));
    for (std::uint64_t step = 0; step < 24; ++step) {
      promise.appended = writer->size() + 1 + step % 3;
      BRIG_TRY(AppendMore(*writer, 1 + step % 3));
      if (step % 4 == 3) {
        BRIG_ASSIGN(promise.acknowledged, writer->Sync());
      }
      if (step % 10 == 9) {
        BRIG_ASSIGN(const auto head, writer->Checkpoint(TestSigner()));
        promise.acknowledged = head.size;
        promise.sealed = head.size;
      }
    }
    BRIG_TRY(writer->Close());
    promise.acknowledged = writer->size();
  }
  return {};
}

std::uint64_t CallsOfARun() {
  MemoryDisk disk;
  Promise promise;
  EXPECT_TRUE(Run(disk, promise));
  EXPECT_EQ(ReadBack(disk), promise.acknowledged);
  return disk.calls();
}

void RunInto(MemoryDisk& disk, Promise& promise) {
  try {
    (void)Run(disk, promise);
  } catch (const Killed&) {  // what a kill leaves is what the test is about
  }
}

void ExpectKept(MemoryDisk& disk, const Promise& promise) {
  const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_GE((*writer)->size(), promise.acknowledged);
  ASSERT_LE((*writer)->size(), promise.appended);
  ASSERT_GE((*writer)->sealed_size(), promise.sealed);
  ASSERT_EQ(ReadBack(disk), (*writer)->size());
  ASSERT_TRUE(AppendMore(**writer, 3));
  ASSERT_TRUE((*writer)->Checkpoint(TestSigner()));
  ASSERT_TRUE((*writer)->Close());
  ASSERT_EQ(ReadBack(disk), (*writer)->size());
  const auto report = Verify(kTestDirectory, {}, disk);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_TRUE(report->intact()) << Describe(*report);
  ASSERT_EQ(report->sealed, (*writer)->size());
}

class Crash : public testing::TestWithParam<FaultKind> {};

TEST_P(Crash, AtAnyCallThenARestartKeepsWhatWasAcknowledged) {
  const std::uint64_t calls = CallsOfARun();
  ASSERT_GT(calls, 80U);
  for (std::uint64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(at);
    MemoryDisk disk;
    Promise promise;
    disk.BreakAt(at, GetParam());
    RunInto(disk, promise);
    disk.Restart();
    ExpectKept(disk, promise);
    if (HasFatalFailure()) return;
  }
}

TEST_P(Crash, AtAnyCallThenAPowerCutKeepsWhatWasAcknowledged) {
  const std::uint64_t calls = CallsOfARun();
  for (std::uint64_t at = 1; at <= calls; ++at) {
    for (unsigned seed = 0; seed < 3; ++seed) {
      SCOPED_TRACE(fmt::format("call {} seed {}", at, seed));
      MemoryDisk disk;
      Promise promise;
      disk.BreakAt(at, GetParam());
      RunInto(disk, promise);
      disk.PowerCut(seed + static_cast<unsigned>(at) * 16);
      ExpectKept(disk, promise);
      if (HasFatalFailure()) return;
    }
  }
}

// The start after a crash is itself broken, and again by a power cut: mending twice must mend.
TEST_P(Crash, DuringRecoveryKeepsWhatWasAcknowledged) {
  const std::uint64_t calls = CallsOfARun();
  for (std::uint64_t at = 1; at <= calls; at += 4) {
    for (std::uint64_t again = 1; again <= 9; ++again) {
      SCOPED_TRACE(fmt::format("call {} then {}", at, again));
      MemoryDisk disk;
      Promise promise;
      disk.BreakAt(at, FaultKind::kKill);
      RunInto(disk, promise);
      disk.PowerCut(static_cast<unsigned>(at));
      disk.set_calls(0);
      disk.BreakAt(again, GetParam());
      try {
        (void)Writer::Open(kTestDirectory, TestOptions(), disk);
      } catch (const Killed&) {  // see RunInto
      }
      if (again % 2 == 0) {
        disk.PowerCut(static_cast<unsigned>(again));
      } else {
        disk.Restart();
      }
      ExpectKept(disk, promise);
      if (HasFatalFailure()) return;
    }
  }
}

// What Linux does after a failed sync: it shows data that the disk never got. A start that read and
// believed it would lose it at the next power cut.
TEST(CrashTwice, AFailedSyncThenARestartThenAPowerCutKeepsWhatTheStartPromised) {
  MemoryDisk disk;
  {
    const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk);
    ASSERT_TRUE(AppendMore(**writer, 12));
    disk.BreakAt(disk.calls() + 1, FaultKind::kFail);
    ASSERT_FALSE((*writer)->Sync());
  }
  disk.Restart();
  std::uint64_t promised = 0;
  {
    const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk);
    ASSERT_TRUE(writer) << writer.error().message;
    promised = (*writer)->durable_size();
  }
  EXPECT_EQ(promised, 12U);
  disk.PowerCut(1);
  const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk);
  ASSERT_TRUE(writer) << writer.error().message;
  EXPECT_GE((*writer)->size(), promised);
}

std::string KindName(const testing::TestParamInfo<FaultKind>& kind) {
  static constexpr const char* kNames[] = {"None", "Fail", "Torn", "StoredButFailed", "Kill"};
  return kNames[static_cast<int>(kind.param)];
}

INSTANTIATE_TEST_SUITE_P(Kinds, Crash,
                         testing::Values(FaultKind::kFail, FaultKind::kTorn, FaultKind::kStored,
                                         FaultKind::kKill),
                         KindName);

}  // namespace
}  // namespace brig::ledger
