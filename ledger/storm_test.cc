// SPDX-License-Identifier: Apache-2.0
// Thousands of short histories: writers that append, sync, seal and close by chance, on a disk that
// fails, tears, stores and says it failed, fills up or is gone by chance, killed and cut off the
// power in between. Whatever was acknowledged is there, and the ledger verifies. crash_test.cc goes
// through every call of one history; here the histories differ.
#include <gtest/gtest.h>

#include "ledger/ledger_for_test.h"

namespace brig::ledger {
namespace {

constexpr unsigned kSeeds = 2000;
constexpr unsigned kLives = 4;

class Storm {
 public:
  explicit Storm(unsigned seed) : random_(seed) {}

  void Run() {
    for (unsigned life = 0; life < kLives; ++life) {
      disk_.set_calls(0);
      static constexpr FaultKind kKinds[] = {FaultKind::kNone, FaultKind::kFail, FaultKind::kTorn,
                                             FaultKind::kStored, FaultKind::kKill};
      disk_.BreakAt(1 + Chance(70), kKinds[Chance(5)], Chance(4) == 0 ? ENOSPC : EIO);
      try {
        Live();
      } catch (const Killed&) {  // what a kill leaves is what the test is about
      }
      if (Chance(2) == 0)
        disk_.PowerCut(Chance(1'000'000));
      else
        disk_.Restart();
      disk_.set_free(kPlenty);
    }
    disk_.BreakAt(0, FaultKind::kNone);
    ExpectKept();
  }

 private:
  static constexpr std::uint64_t kPlenty = 1ULL << 40;

  unsigned Chance(unsigned of) { return static_cast<unsigned>(random_() % of); }

  // Ends at the first error that is no refusal, as a program would.
  void Live() {
    const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk_);
    if (!writer) {
      // A disk that fails may refuse, but never finds damage where there is none.
      ASSERT_NE(writer.error().code, ErrorCode::kCorrupt) << writer.error().message;
      return;
    }
    ExpectPromise(**writer);
    for (unsigned step = 0; step < 25; ++step) {
      if (Chance(40) == 0) disk_.set_free(Chance(6000));
      appended_ = (*writer)->size() + 5;
      const auto priority = Chance(2) == 0 ? Priority::kCritical : Priority::kTelemetry;
      const auto added = AppendMore(**writer, 1 + Chance(5), priority);
      if (!added && added.error().code != ErrorCode::kLimit) return;
      if (Chance(4) == 0) {
        const auto synced = (*writer)->Sync();
        if (!synced) return;
        acknowledged_ = *synced;
      }
      if (Chance(9) == 0) {
        const auto head = (*writer)->Checkpoint(TestSigner());
        if (!head && head.error().code != ErrorCode::kLimit) return;
        if (head) acknowledged_ = sealed_ = head->size;
      }
    }
    if (Chance(2) == 0 && (*writer)->Close()) acknowledged_ = (*writer)->size();
  }

  void ExpectPromise(const Writer& writer) {
    ASSERT_GE(writer.size(), acknowledged_);
    ASSERT_LE(writer.size(), std::max(appended_, acknowledged_));
    ASSERT_GE(writer.sealed_size(), sealed_);
    acknowledged_ = writer.durable_size();
  }

  void ExpectKept() {
    const auto writer = Writer::Open(kTestDirectory, TestOptions(), disk_);
    ASSERT_TRUE(writer) << writer.error().message;
    ExpectPromise(**writer);
    ASSERT_EQ(ReadBack(disk_), (*writer)->size());
    ASSERT_TRUE(AppendMore(**writer, 2));
    ASSERT_TRUE((*writer)->Checkpoint(TestSigner()));
    ASSERT_TRUE((*writer)->Close());
    const auto report = Verify(kTestDirectory, {}, disk_);
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_TRUE(report->intact()) << Describe(*report);
    ASSERT_EQ(report->sealed, (*writer)->size());
  }

  std::mt19937 random_;
  MemoryDisk disk_;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t sealed_ = 0;
  std::uint64_t appended_ = 0;
};

TEST(Storms, ThousandsOfThemLoseNothingThatWasAcknowledged) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Storm(seed).Run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace brig::ledger
