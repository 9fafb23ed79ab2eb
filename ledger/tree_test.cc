// SPDX-License-Identifier: Apache-2.0
#include "ledger/tree.h"

#include <gtest/gtest.h>

#include <map>

#include "ledger/range_roots.h"

namespace brig::ledger {
namespace {

// The obvious versions, straight from the recursive definitions of RFC 6962, 2.1.
using Leaves = std::span<const Digest>;

std::size_t SlowLeft(std::size_t size) {
  std::size_t left = 1;
  while (left * 2 < size) left *= 2;
  return left;
}

// Remembers what it has computed: the leaves of all tests are ranges of the same ones.
Digest SlowRoot(Leaves leaves) {
  static std::map<std::pair<const Digest*, std::size_t>, Digest> known;
  if (leaves.empty()) return Sha256({});
  if (leaves.size() == 1) return leaves[0];
  const auto found = known.find({leaves.data(), leaves.size()});
  if (found != known.end()) return found->second;
  const std::size_t left = SlowLeft(leaves.size());
  const Digest root = NodeHash(SlowRoot(leaves.first(left)), SlowRoot(leaves.subspan(left)));
  known[{leaves.data(), leaves.size()}] = root;
  return root;
}

std::vector<Digest> SlowPath(std::size_t index, Leaves leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t left = SlowLeft(leaves.size());
  std::vector<Digest> path;
  if (index < left) {
    path = SlowPath(index, leaves.first(left));
    path.push_back(SlowRoot(leaves.subspan(left)));
  } else {
    path = SlowPath(index - left, leaves.subspan(left));
    path.push_back(SlowRoot(leaves.first(left)));
  }
  return path;
}

std::vector<Digest> SlowSubproof(std::size_t old_size, Leaves leaves, bool whole) {
  if (old_size == leaves.size())
    return whole ? std::vector<Digest>{} : std::vector<Digest>{SlowRoot(leaves)};
  const std::size_t left = SlowLeft(leaves.size());
  std::vector<Digest> proof;
  if (old_size <= left) {
    proof = SlowSubproof(old_size, leaves.first(left), whole);
    proof.push_back(SlowRoot(leaves.subspan(left)));
  } else {
    proof = SlowSubproof(old_size - left, leaves.subspan(left), false);
    proof.push_back(SlowRoot(leaves.first(left)));
  }
  return proof;
}

constexpr std::size_t kSizes = 200;

const std::vector<Digest>& ManyLeaves() {
  static const std::vector<Digest> leaves = [] {
    std::vector<Digest> made;
    for (std::size_t i = 0; i < kSizes; ++i) made.push_back(LeafHash(AsBytes(std::to_string(i))));
    return made;
  }();
  return leaves;
}

Leaves FirstLeaves(std::size_t count) { return Leaves(ManyLeaves()).first(count); }

const std::vector<Digest>& Roots() {
  static const std::vector<Digest> roots = [] {
    std::vector<Digest> made;
    for (std::size_t size = 0; size <= kSizes; ++size) made.push_back(SlowRoot(FirstLeaves(size)));
    return made;
  }();
  return roots;
}

// The hashes of a proof, of leaves that all go by.
std::vector<Digest> HashesOf(const std::vector<Range>& ranges, Leaves leaves) {
  auto roots = RangeRoots::Make({}, ranges);
  EXPECT_TRUE(roots) << roots.error().message;
  for (const Digest& leaf : leaves) roots->Add(leaf);
  const auto hashes = roots->Roots();
  EXPECT_TRUE(hashes) << hashes.error().message;
  return *hashes;
}

std::vector<Digest> InclusionProof(std::uint64_t index, Leaves leaves) {
  return HashesOf(*InclusionRanges(index, leaves.size()), leaves);
}

std::vector<Digest> ConsistencyProof(std::uint64_t old_size, Leaves leaves) {
  return HashesOf(*ConsistencyRanges(old_size, leaves.size()), leaves);
}

// The test data of certificate-transparency-go and sigstore: eight inputs and the roots of the
// first n.
TEST(Tree, MatchesKnownRoots) {
  Tree tree;
  EXPECT_EQ(ToHex(tree.Root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  tree.Append(LeafHash({}));
  EXPECT_EQ(ToHex(tree.Root()), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  for (const char* hex : {"00", "10", "2021", "3031", "40414243", "5051525354555657",
                          "606162636465666768696a6b6c6d6e6f"})
    tree.Append(LeafHash(*FromHex(hex)));
  EXPECT_EQ(ToHex(tree.Root()), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Tree, HasTheRootOfTheDefinitionAtEverySize) {
  Tree tree;
  for (std::size_t size = 0; size < kSizes; ++size) {
    EXPECT_EQ(tree.Root(), Roots()[size]) << size;
    tree.Append(ManyLeaves()[size]);
  }
}

TEST(Tree, GoesOnFromItsPeaks) {
  Tree tree;
  for (const Digest& leaf : FirstLeaves(100)) {
    auto copy = Tree::FromPeaks(tree.size(), tree.peaks());
    ASSERT_TRUE(copy);
    EXPECT_EQ(*copy, tree);
    tree.Append(leaf);
  }
  EXPECT_FALSE(Tree::FromPeaks(3, {Digest{}}));
}

TEST(Tree, EveryInclusionProofIsTheDefinitionsAndVerifies) {
  for (std::size_t size = 1; size <= kSizes; ++size) {
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = InclusionProof(index, FirstLeaves(size));
      ASSERT_EQ(proof, SlowPath(index, FirstLeaves(size))) << index << " of " << size;
      ASSERT_TRUE(VerifyInclusion(ManyLeaves()[index], index, size, proof, Roots()[size]));
    }
  }
  EXPECT_FALSE(InclusionRanges(5, 5));
  EXPECT_FALSE(InclusionRanges(0, 0));
}

TEST(Tree, EveryConsistencyProofIsTheDefinitionsAndVerifies) {
  for (std::size_t size = 0; size <= kSizes; ++size) {
    for (std::size_t old_size = 0; old_size <= size; ++old_size) {
      const auto proof = ConsistencyProof(old_size, FirstLeaves(size));
      if (old_size > 0) {
        ASSERT_EQ(proof, SlowSubproof(old_size, FirstLeaves(size), true));
      }
      ASSERT_TRUE(VerifyConsistency(old_size, Roots()[old_size], size, Roots()[size], proof))
          << old_size << " to " << size;
    }
  }
  EXPECT_FALSE(ConsistencyRanges(6, 5));
}

TEST(Tree, RefusesAnInclusionProofThatIsWrongInAnyPart) {
  for (std::size_t size = 2; size <= 40; ++size) {
    for (std::size_t index = 0; index < size; ++index) {
      const Digest& leaf = ManyLeaves()[index];
      const auto proof = InclusionProof(index, FirstLeaves(size));
      EXPECT_FALSE(VerifyInclusion(ManyLeaves()[index + 1], index, size, proof, Roots()[size]));
      EXPECT_FALSE(VerifyInclusion(leaf, index, size, proof, Roots()[size - 1]));
      EXPECT_FALSE(VerifyInclusion(leaf, size, size, proof, Roots()[size]));
      for (std::size_t other = 0; other < size; ++other) {
        if (other == index) continue;
        EXPECT_FALSE(VerifyInclusion(leaf, other, size, proof, Roots()[size]));
      }
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto bent = proof;
        bent[i][7] ^= std::byte{1};
        EXPECT_FALSE(VerifyInclusion(leaf, index, size, bent, Roots()[size]));
      }
      auto longer = proof;
      longer.push_back(leaf);
      EXPECT_FALSE(VerifyInclusion(leaf, index, size, longer, Roots()[size]));
      EXPECT_FALSE(
          VerifyInclusion(leaf, index, size, Leaves(proof).first(proof.size() - 1), Roots()[size]));
    }
  }
}

TEST(Tree, RefusesAConsistencyProofThatIsWrongInAnyPart) {
  for (std::size_t size = 2; size <= 40; ++size) {
    for (std::size_t old_size = 1; old_size < size; ++old_size) {
      const Digest& old_root = Roots()[old_size];
      const auto proof = ConsistencyProof(old_size, FirstLeaves(size));
      EXPECT_FALSE(VerifyConsistency(old_size, Roots()[0], size, Roots()[size], proof));
      EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, old_root, proof));
      EXPECT_FALSE(VerifyConsistency(size, Roots()[size], old_size, old_root, proof));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto bent = proof;
        bent[i][31] ^= std::byte{0x80};
        EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, Roots()[size], bent));
      }
      auto longer = proof;
      longer.push_back(old_root);
      EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, Roots()[size], longer));
      EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, Roots()[size],
                                     Leaves(proof).first(proof.size() - 1)));
    }
  }
  EXPECT_FALSE(VerifyConsistency(3, Roots()[2], 3, Roots()[3], {}));
  EXPECT_FALSE(VerifyConsistency(0, Roots()[1], 3, Roots()[3], {}));
}

}  // namespace
}  // namespace brig::ledger
