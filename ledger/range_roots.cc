// SPDX-License-Identifier: Apache-2.0
#include "ledger/range_roots.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace brig::ledger {

// The tree of what `before` knows of the leaves from `range.begin` on, up to the range's end. The
// peaks of a tree are distinct powers of two, the largest first, and so are those of any run of
// them.
static Result<Tree> KnownPart(const Tree& before, const Range& range) {
  const std::uint64_t end = std::min(range.end, before.size());
  std::vector<Digest> peaks;
  std::uint64_t begins = 0;
  std::uint64_t rest = before.size();
  for (const Digest& peak : before.peaks()) {
    const std::uint64_t leaves = std::bit_floor(rest);
    if (begins >= range.begin && begins + leaves <= end) peaks.push_back(peak);
    begins += leaves;
    rest -= leaves;
  }
  return Tree::FromPeaks(end - range.begin, std::move(peaks));
}

Result<RangeRoots> RangeRoots::Make(const Tree& before, const std::vector<Range>& ranges) {
  RangeRoots roots;
  roots.position_ = before.size();
  for (const Range& range : ranges) {
    Part part{range, roots.parts_.size(), {}};
    if (range.begin < before.size()) {
      BRIG_ASSIGN(part.tree, KnownPart(before, range));
    }
    roots.parts_.push_back(std::move(part));
  }
  std::ranges::sort(roots.parts_, {}, [](const Part& part) { return part.range.begin; });
  for (std::size_t i = 0; i < roots.parts_.size(); ++i) {
    const Range& range = roots.parts_[i].range;
    const bool overlaps = i > 0 && roots.parts_[i - 1].range.end > range.begin;
    if (range.begin >= range.end || overlaps)
      return Fail(ErrorCode::kInvalid,
                  fmt::format("no range of leaves of its own: {} to {}", range.begin, range.end));
  }
  return roots;
}

void RangeRoots::Add(const Digest& leaf) {
  while (current_ < parts_.size() && parts_[current_].range.end <= position_) ++current_;
  if (current_ < parts_.size() && parts_[current_].range.begin <= position_)
    parts_[current_].tree.Append(leaf);
  ++position_;
}

Result<std::vector<Digest>> RangeRoots::Roots() const {
  std::vector<Digest> roots(parts_.size());
  for (const Part& part : parts_) {
    if (part.tree.size() != part.range.end - part.range.begin)
      return Fail(ErrorCode::kInvalid, fmt::format("the leaves from {} to {} have not gone by",
                                                   part.range.begin, part.range.end));
    roots[part.place] = part.tree.Root();
  }
  return roots;
}

}  // namespace brig::ledger
