// SPDX-License-Identifier: Apache-2.0
#include "cli/meter.h"

#include <gtest/gtest.h>

namespace brig::cli {
namespace {

Status Sample() {
  Status status;
  for (std::uint16_t i = 1; i < kMeteredCount; ++i) {
    const auto invariant = static_cast<Invariant>(i);
    status.modes.push_back({invariant, i == 2 ? Mode::kKill : Mode::kWatch, i == 2 ? 4U : 0U});
    status.meter.push_back({invariant, Layer::kGuard, LayerState::kAbsent, "lsm list has no bpf"});
    status.meter.push_back({invariant, Layer::kEye,
                            i == 5 ? LayerState::kPartial : LayerState::kActive,
                            i == 5 ? "no signal_generate" : ""});
  }
  return status;
}

TEST(Meter, GathersTheInvariantsThatLackTheSame) {
  const auto gaps = GapsOf(Sample());
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].layer, Layer::kGuard);
  EXPECT_EQ(gaps[0].invariants, "I1-I11");
  EXPECT_EQ(gaps[0].reason, "lsm list has no bpf");
  EXPECT_EQ(gaps[1].invariants, "I5");
}

TEST(Meter, GathersReasonsThatDifferInTheInvariantAlone) {
  Status status;
  status.meter = {{Invariant::kFiles, Layer::kLeash, LayerState::kAbsent, "give --mode I1=kill"},
                  {Invariant::kDevices, Layer::kLeash, LayerState::kAbsent, "give --mode I2=kill"}};
  const auto gaps = GapsOf(status);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].invariants, "I1-I2");
  EXPECT_EQ(gaps[0].reason, "give --mode Ix=kill");
}

TEST(Meter, WritesRuns) {
  EXPECT_EQ(RangesOf({Invariant::kFiles, Invariant::kDevices, Invariant::kCredentials}),
            "I1-I2, I4");
  EXPECT_EQ(RangesOf({}), "");
}

TEST(Meter, CountsWhatBrigdDidNotSayAsAbsent) {
  EXPECT_EQ(CellOf(Sample(), Invariant::kFiles, Layer::kCage).state, LayerState::kAbsent);
}

TEST(Meter, ShowsARowForEachInvariant) {
  const std::string text = MeterTable(Sample(), 0).Render(80, false);
  EXPECT_NE(text.find("I2 devices      kill"), std::string::npos) << text;
  EXPECT_NE(text.find("I5 processes    watch  ○ absent  ○ absent  ○ absent  ◐ partial"),
            std::string::npos)
      << text;
}

TEST(Meter, ShowsWhatTheGuardHasProven) {
  Status status = Sample();
  EXPECT_EQ(MeterTable(status, 0).Render(120, false).find("PROVEN"), std::string::npos);
  status.proofs = {{Invariant::kFiles, true, 5'000'000'000, 3, ""},
                   {Invariant::kDoors, false, 0, 0, "the act went through"}};
  const std::int64_t now = 17'000'000'000;
  EXPECT_EQ(ProofCell(status, Invariant::kFiles, now).text, "12s ago");
  EXPECT_EQ(ProofCell(status, Invariant::kDoors, now).text, "no");
  EXPECT_EQ(ProofCell(status, Invariant::kStarts, now).text, "-");
  EXPECT_NE(MeterTable(status, now).Render(120, false).find("PROVEN"), std::string::npos);
}

}  // namespace
}  // namespace brig::cli
