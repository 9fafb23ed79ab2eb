// SPDX-License-Identifier: Apache-2.0
#include "ledger/range_roots.h"

#include <gtest/gtest.h>

namespace brig::ledger {
namespace {

Digest Leaf(std::uint64_t index) { return LeafHash(AsBytes(std::to_string(index))); }

Tree FirstOf(std::uint64_t size) {
  Tree tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.Append(Leaf(i));
  return tree;
}

// The hashes of a proof in a tree of `size`, when only the leaves from `from` on go by.
std::vector<Digest> HashesFrom(std::uint64_t from, const std::vector<Range>& ranges,
                               std::uint64_t size) {
  auto roots = RangeRoots::Make(FirstOf(from), ranges);
  EXPECT_TRUE(roots) << roots.error().message;
  if (!roots) return {};
  for (std::uint64_t i = from; i < size; ++i) roots->Add(Leaf(i));
  const auto hashes = roots->Roots();
  EXPECT_TRUE(hashes) << hashes.error().message;
  return hashes ? *hashes : std::vector<Digest>{};
}

constexpr std::uint64_t kSizes = 40;

TEST(RangeRoots, InclusionProofsAreTheSameFromEveryTreeBeforeTheEntry) {
  for (std::uint64_t size = 1; size <= kSizes; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto ranges = *InclusionRanges(index, size);
      const auto whole = HashesFrom(0, ranges, size);
      for (std::uint64_t from = 1; from <= index; ++from)
        ASSERT_EQ(HashesFrom(from, ranges, size), whole) << index << " of " << size << " " << from;
    }
  }
}

TEST(RangeRoots, ConsistencyProofsAreTheSameFromEveryTreeBeforeTheOldEnd) {
  for (std::uint64_t size = 1; size <= kSizes; ++size) {
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      const auto ranges = *ConsistencyRanges(old_size, size);
      const auto whole = HashesFrom(0, ranges, size);
      for (std::uint64_t from = 1; from <= old_size; ++from)
        ASSERT_EQ(HashesFrom(from, ranges, size), whole)
            << old_size << " to " << size << " from " << from;
    }
  }
}

TEST(RangeRoots, RefusesWhatTheTreeBeforeCannotTell) {
  EXPECT_FALSE(RangeRoots::Make(FirstOf(8), {{2, 4}}));  // inside a peak
  EXPECT_FALSE(RangeRoots::Make(FirstOf(6), {{1, 6}}));  // begins inside one
  EXPECT_FALSE(RangeRoots::Make(FirstOf(6), {{5, 9}}));  // the same, going on behind
  EXPECT_TRUE(RangeRoots::Make(FirstOf(6), {{4, 9}}));
}

TEST(RangeRoots, RefusesRangesThatAreEmpty) {
  EXPECT_FALSE(RangeRoots::Make({}, {{3, 3}}));
  EXPECT_FALSE(RangeRoots::Make({}, {{3, 2}}));
}

TEST(RangeRoots, ManyProofsAreTakenAtOnce) {
  std::vector<Range> all;
  std::vector<Digest> alone;
  for (std::uint64_t index = 20; index < kSizes; ++index) {
    const auto ranges = *InclusionRanges(index, kSizes);
    all.insert(all.end(), ranges.begin(), ranges.end());
    const auto hashes = HashesFrom(index, ranges, kSizes);
    alone.insert(alone.end(), hashes.begin(), hashes.end());
  }
  EXPECT_EQ(HashesFrom(17, all, kSizes), alone);
}

TEST(RangeRoots, MissesLeavesThatDidNotGoBy) {
  auto roots = RangeRoots::Make({}, {{0, 2}});
  ASSERT_TRUE(roots);
  roots->Add(Leaf(0));
  EXPECT_FALSE(roots->Roots());
  roots->Add(Leaf(1));
  ASSERT_TRUE(roots->Roots());
  EXPECT_EQ(roots->Roots()->front(), FirstOf(2).Root());
}

TEST(RangeRoots, HugeTreesMakeShortProofs) {
  constexpr std::uint64_t kHuge = ~0ULL >> 1;  // what the formats can say
  EXPECT_EQ(InclusionRanges(kHuge - 1, kHuge)->size(), 62U);
  EXPECT_EQ(InclusionRanges(0, kHuge)->size(), 63U);
  EXPECT_LE(ConsistencyRanges(kHuge - 1, kHuge)->size(), 64U);
}

}  // namespace
}  // namespace brig::ledger
