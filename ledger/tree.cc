// SPDX-License-Identifier: Apache-2.0
#include "ledger/tree.h"

#include <fmt/format.h>

#include <bit>

namespace brig::ledger {

Digest LeafHash(ByteView entry) {
  static constexpr std::byte kLeaf[] = {std::byte{0}};
  return Sha256({kLeaf, entry});
}

Digest NodeHash(const Digest& left, const Digest& right) {
  std::byte both[65];
  both[0] = std::byte{1};
  std::memcpy(both + 1, left.data(), left.size());
  std::memcpy(both + 33, right.data(), right.size());
  return Sha256({both});
}

Digest EmptyRoot() { return Sha256({}); }

Result<Tree> Tree::FromPeaks(std::uint64_t size, std::vector<Digest> peaks) {
  if (peaks.size() != static_cast<std::size_t>(std::popcount(size)))
    return Fail(ErrorCode::kInvalid,
                fmt::format("{} peaks for a tree of {} leaves", peaks.size(), size));
  Tree tree;
  tree.size_ = size;
  tree.peaks_ = std::move(peaks);
  return tree;
}

void Tree::Append(const Digest& leaf) {
  Digest node = leaf;
  // Like a carry: each peak of the size just completed joins the new one.
  for (std::uint64_t bits = size_; (bits & 1) != 0; bits >>= 1) {
    node = NodeHash(peaks_.back(), node);
    peaks_.pop_back();
  }
  peaks_.push_back(node);
  ++size_;
}

Digest Tree::Root() const {
  if (peaks_.empty()) return EmptyRoot();
  Digest root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = NodeHash(peaks_[i], root);
  return root;
}

static Digest RootOf(std::span<const Digest> leaves) {
  Tree tree;
  for (const Digest& leaf : leaves) tree.Append(leaf);
  return tree.Root();
}

// The number of leaves on the left of a tree of `size` > 1: the largest power of two below it.
static std::uint64_t Left(std::uint64_t size) { return std::bit_floor(size - 1); }

Result<std::vector<Digest>> InclusionProof(std::uint64_t index, std::span<const Digest> leaves) {
  if (index >= leaves.size())
    return Fail(ErrorCode::kInvalid,
                fmt::format("no leaf {} in a tree of {}", index, leaves.size()));
  // Walks down to the leaf; each step's other half is one hash of the proof, the lowest first.
  std::vector<Digest> proof;
  while (leaves.size() > 1) {
    const std::uint64_t left = Left(leaves.size());
    const bool go_left = index < left;
    proof.push_back(RootOf(go_left ? leaves.subspan(left) : leaves.first(left)));
    leaves = go_left ? leaves.first(left) : leaves.subspan(left);
    if (!go_left) index -= left;
  }
  return std::vector<Digest>(proof.rbegin(), proof.rend());
}

Result<std::vector<Digest>> ConsistencyProof(std::uint64_t old_size,
                                             std::span<const Digest> leaves) {
  if (old_size > leaves.size())
    return Fail(ErrorCode::kInvalid,
                fmt::format("no head of {} in a tree of {}", old_size, leaves.size()));
  if (old_size == 0 || old_size == leaves.size()) return std::vector<Digest>{};
  // Walks down to where the old tree ends. Its last full subtree opens the proof unless it is the
  // whole old tree, whose root the verifier has already.
  std::vector<Digest> proof;
  bool whole = true;
  while (old_size != leaves.size()) {
    const std::uint64_t left = Left(leaves.size());
    const bool go_left = old_size <= left;
    proof.push_back(RootOf(go_left ? leaves.subspan(left) : leaves.first(left)));
    leaves = go_left ? leaves.first(left) : leaves.subspan(left);
    if (!go_left) {
      old_size -= left;
      whole = false;
    }
  }
  if (!whole) proof.push_back(RootOf(leaves));
  return std::vector<Digest>(proof.rbegin(), proof.rend());
}

// Both verifications are those of RFC 9162, 2.1.3.2 and 2.1.4.2: `node` and `last` are the
// positions, on the current level, of the path's node and of the level's last one.
bool VerifyInclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                     std::span<const Digest> proof, const Digest& root) {
  if (index >= size) return false;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Digest hash = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = NodeHash(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

bool VerifyConsistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t new_size,
                       const Digest& new_root, std::span<const Digest> proof) {
  if (old_size > new_size) return false;
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  if (old_size == 0) return proof.empty() && old_root == EmptyRoot();
  const bool whole = std::has_single_bit(old_size);
  if (proof.empty() && !whole) return false;
  std::uint64_t node = old_size - 1;
  std::uint64_t last = new_size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  Digest old_hash = whole ? old_root : proof[0];
  Digest new_hash = old_hash;
  for (const Digest& sibling : whole ? proof : proof.subspan(1)) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_hash = NodeHash(sibling, old_hash);
      new_hash = NodeHash(sibling, new_hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      new_hash = NodeHash(new_hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == old_root && new_hash == new_root;
}

}  // namespace brig::ledger
