// SPDX-License-Identifier: Apache-2.0
#include "ledger/tree.h"

#include <fmt/format.h>

#include <algorithm>
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

// How many of [begin, end) stand on the left: the largest power of two below their number.
static std::uint64_t Left(const Range& part) { return std::bit_floor(part.end - part.begin - 1); }

// One step down from `part`, to the half that holds `index`; gives the other half.
static Range StepDown(Range& part, std::uint64_t index) {
  const std::uint64_t middle = part.begin + Left(part);
  const Range left{part.begin, middle};
  const Range right{middle, part.end};
  part = index < middle ? left : right;
  return index < middle ? right : left;
}

Result<std::vector<Range>> InclusionRanges(std::uint64_t index, std::uint64_t size) {
  if (index >= size)
    return Fail(ErrorCode::kInvalid, fmt::format("no leaf {} in a tree of {}", index, size));
  // Walks down to the leaf; each step's other half is one hash of the proof, the lowest first.
  std::vector<Range> ranges;
  for (Range part{0, size}; part.end - part.begin > 1;) ranges.push_back(StepDown(part, index));
  std::ranges::reverse(ranges);
  return ranges;
}

Result<std::vector<Range>> ConsistencyRanges(std::uint64_t old_size, std::uint64_t size) {
  if (old_size > size)
    return Fail(ErrorCode::kInvalid, fmt::format("no head of {} in a tree of {}", old_size, size));
  std::vector<Range> ranges;
  if (old_size == 0 || old_size == size) return ranges;
  // Walks down to where the old tree ends. Its last full subtree opens the proof unless it is the
  // whole old tree, whose root the verifier has already.
  Range part{0, size};
  while (part.end != old_size) ranges.push_back(StepDown(part, old_size - 1));
  if (part.begin != 0) ranges.push_back(part);
  std::ranges::reverse(ranges);
  return ranges;
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
