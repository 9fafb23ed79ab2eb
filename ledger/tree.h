// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of RFC 6962, section 2: a leaf is SHA-256(0x00 entry), a node SHA-256(0x01 left
// right); of n leaves, the largest power of two below n stand on the left. Values; thread safe.
//
// A Tree keeps only the roots of its full subtrees, largest first, one per bit set in its size:
//
//   size 7 = 4 + 2 + 1        peaks: [0..3] [4..5] [6]      root = node(p0, node(p1, p2))
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/result.h"

namespace brig::ledger {

Digest LeafHash(ByteView entry);
Digest NodeHash(const Digest& left, const Digest& right);
// The root of the tree without leaves: SHA-256 of nothing.
Digest EmptyRoot();

class Tree {
 public:
  Tree() = default;
  // kInvalid when a tree of this size has another number of peaks.
  [[nodiscard]] static Result<Tree> FromPeaks(std::uint64_t size, std::vector<Digest> peaks);

  void Append(const Digest& leaf);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest Root() const;
  [[nodiscard]] const std::vector<Digest>& peaks() const { return peaks_; }
  bool operator==(const Tree&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;
};

// The leaves [begin, end) of a tree.
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const Range&) const = default;
};

// What a proof is made of: the roots of these parts, taken as trees of their own, one hash each, in
// the order of the proof. They do not overlap. At most 65 of them; kInvalid when what is asked for
// lies outside the tree.
[[nodiscard]] Result<std::vector<Range>> InclusionRanges(std::uint64_t index, std::uint64_t size);
[[nodiscard]] Result<std::vector<Range>> ConsistencyRanges(std::uint64_t old_size,
                                                           std::uint64_t size);

// True when `proof` shows that the tree with this size and root has `leaf` at `index`.
[[nodiscard]] bool VerifyInclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                   std::span<const Digest> proof, const Digest& root);
// True when `proof` shows that the new tree begins with all leaves of the old one. The empty tree
// is the beginning of every tree, by the empty proof.
[[nodiscard]] bool VerifyConsistency(std::uint64_t old_size, const Digest& old_root,
                                     std::uint64_t new_size, const Digest& new_root,
                                     std::span<const Digest> proof);

}  // namespace brig::ledger
