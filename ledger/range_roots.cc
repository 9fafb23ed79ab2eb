// SPDX-License-Identifier: Apache-2.0
#include "ledger/range_roots.h"

#include <fmt/format.h>

#include <bit>

namespace brig::ledger {
namespace {

// The largest full subtree at the front of a range.
unsigned HeightOfFront(const Range& range) {
  return static_cast<unsigned>(std::bit_width(range.end - range.begin)) - 1;
}

std::unexpected<Error> NotWhole(const Range& range) {
  return Fail(
      ErrorCode::kInvalid,
      fmt::format("the leaves {} to {} are no part of a proof from here", range.begin, range.end));
}

}  // namespace

Result<RangeRoots> RangeRoots::Make(const Tree& before, const std::vector<Range>& ranges) {
  RangeRoots roots;
  roots.ranges_ = ranges;
  for (const Range& range : ranges) {
    if (range.begin >= range.end) return NotWhole(range);
    for (Range rest = range; rest.begin < rest.end;) {
      const unsigned height = HeightOfFront(rest);
      const std::uint64_t leaves = 1ULL << height;
      if (rest.begin % leaves != 0) return NotWhole(range);
      roots.nodes_[{rest.begin, height}] = std::nullopt;
      rest.begin += leaves;
    }
  }
  for (const Digest& peak : before.peaks()) {
    const std::uint64_t leaves = std::bit_floor(before.size() - roots.size_);
    roots.size_ += leaves;
    roots.Note(static_cast<unsigned>(std::countr_zero(leaves)), peak);
  }
  roots.peaks_ = before.peaks();
  for (const auto& [place, hash] : roots.nodes_) {
    const std::uint64_t end = place.first + (1ULL << place.second);
    if (!hash && end <= before.size()) return NotWhole({place.first, end});
  }
  return roots;
}

// A subtree that ends where the tree does now.
void RangeRoots::Note(unsigned height, const Digest& hash) {
  const auto wanted = nodes_.find({size_ - (1ULL << height), height});
  if (wanted != nodes_.end()) wanted->second = hash;
}

void RangeRoots::Add(const Digest& leaf) {
  Digest node = leaf;
  const std::uint64_t size_before = size_++;
  Note(0, node);
  unsigned height = 0;
  for (std::uint64_t bits = size_before; (bits & 1) != 0; bits >>= 1) {
    node = NodeHash(peaks_.back(), node);
    peaks_.pop_back();
    Note(++height, node);
  }
  peaks_.push_back(node);
}

Result<Digest> RangeRoots::RootOf(const Range& range) const {
  const unsigned height = HeightOfFront(range);
  const std::uint64_t leaves = 1ULL << height;
  const auto& front = nodes_.at({range.begin, height});
  if (!front)
    return Fail(ErrorCode::kInvalid, fmt::format("the leaves from {} to {} have not gone by",
                                                 range.begin, range.begin + leaves));
  if (range.begin + leaves == range.end) return *front;
  BRIG_ASSIGN(const Digest back, RootOf({range.begin + leaves, range.end}));
  return NodeHash(*front, back);
}

Result<std::vector<Digest>> RangeRoots::Roots() const {
  std::vector<Digest> roots;
  for (const Range& range : ranges_) {
    BRIG_ASSIGN(const Digest root, RootOf(range));
    roots.push_back(root);
  }
  return roots;
}

}  // namespace brig::ledger
